import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db import connections
from django.utils import timezone

from patients.models import Enrolment
from programmes.enums import DataClass
from programmes.models import Programme
from retention import actions, plan, rules


logger = logging.getLogger(__name__)

# The alias that only the worker of the purge queue has.
ALIAS = "purge"
# Advisory lock: any constant of ours.
_LOCK = 7_301_010
# A run stops and is gone on with at the next hour: shorter than `CELERY_TASK_TIME_LIMIT`.
_LASTS = timedelta(minutes=4)


@shared_task
def purge() -> int:
    """Erase what is due; return how many patients or participations were.

    Nothing while a programme has no end date. Run twice, or killed at any point, it ends the same.
    """
    if ALIAS not in settings.DATABASES:
        logger.error("This worker has no purge role: nothing was erased.")
        return 0
    started = timezone.now()
    with _alone(ALIAS) as mine:
        return _purge(timezone.localdate(started), started + _LASTS, ALIAS) if mine else 0


@contextmanager
def _alone(using: str) -> Iterator[bool]:
    """Whether no other worker purges now."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _purge(today: date, until: datetime, using: str) -> int:
    programmes = list(Programme.objects.using(using).prefetch_related("retention_rules"))
    kept = [
        one for one in programmes if not rules.is_due(plan.due_on(one, DataClass.IDENTITY), today)
    ]
    erased = 0
    for programme in programmes:
        for planned in plan.of_programme(programme):
            if planned.is_due(today):
                erased += _try_to_erase(programme, planned, kept, until, using)
    return erased


def _try_to_erase(
    programme: Programme,
    planned: plan.Planned,
    kept: list[Programme],
    until: datetime,
    using: str,
) -> int:
    """What one programme is held by does not stop the others."""
    try:
        return _erase(programme, planned, kept, until, using)
    except actions.CannotPurge as refusal:
        logger.warning("%s: nothing is erased. %s", programme.code, refusal)
        return 0


def _erase(
    programme: Programme,
    planned: plan.Planned,
    kept: list[Programme],
    until: datetime,
    using: str,
) -> int:
    """Erase one class of one programme, patient after patient, until it is time to stop."""
    data_class, erased = planned.rule.data_class, 0
    now = timezone.now()
    due_on = planned.due_on or now.date()
    run = actions.start(programme, data_class, due_on=due_on, at=now, using=using)
    if data_class == DataClass.IDENTITY:
        for patient in plan.identities_to_erase(programme, kept=kept, using=using).iterator():
            if timezone.now() > until:
                return erased
            actions.erase_identity(patient, run=run, at=timezone.now(), using=using)
            erased += 1
    else:
        enrolments = Enrolment.objects.using(using).filter(programme=programme).order_by("pk")
        for enrolment in enrolments.iterator():
            if timezone.now() > until:
                return erased
            actions.erase_clinical(enrolment, run=run, at=timezone.now(), using=using)
            erased += 1
        if erased:
            actions.sweep(using=using)
    actions.finish(run, at=timezone.now(), using=using)
    return erased
