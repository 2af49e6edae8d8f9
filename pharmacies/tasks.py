import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfoNotFoundError

from celery import shared_task
from django.db import DatabaseError
from django.db.models import Model
from django.utils import timezone

from accounts.models import Site
from core.models import OutgoingMail
from patients.models import Enrolment
from pharmacies import actions, mail, supply
from pharmacies.enums import Waits


logger = logging.getLogger(__name__)

# Enrolments whose end is written together.
TOGETHER = 500
# What one site may fail with: the others are still told.
FAILURES = (DatabaseError, OSError, ValueError, ZoneInfoNotFoundError)


@shared_task
def count_supplies() -> int:
    """Write the ends that are missing: what was loaded and not typed. Return how many."""
    counted = 0
    while waiting := supply.without_end(TOGETHER):
        counted += actions.count_supplies(list(waiting))
    return counted


@shared_task
def warn_of_gaps() -> int:
    """Queue one digest a place and local day of the patients about to run out; how many are new.

    To the reference structure and to the chosen pharmacy. Safe to run twice: the key of a mail is
    its place and its day.
    """
    at = timezone.now()
    queued = 0
    for role in ("site", "pharmacy"):
        numbers: dict[int, list[tuple[str, date]]] = {}
        for place, number, end in _running_out(role, at):
            numbers.setdefault(place, []).append((number, end))
        for site in Site.objects.filter(pk__in=numbers).exclude(email="").order_by("pk"):
            queued += _warn(site, numbers[site.pk], at)
    return queued


@shared_task
def escalate() -> int:
    """Tell others what nobody answered in time; how many were told. Safe to run twice."""
    at = timezone.now()
    today = timezone.localdate(at)
    told = 0
    for code, due, tell in (
        (Waits.NOTICE, actions.notices_due, actions.escalate_notice),
        (Waits.INTERVENTION, actions.interventions_due, actions.escalate_intervention),
        (Waits.BULLETIN, actions.bulletins_due, actions.escalate_bulletin),
    ):
        before = actions.since(code, on=today, at=at)
        if before is not None:
            told += sum(_told(tell, row, at) for row in due(before).order_by("pk")[:TOGETHER])
    return told


def _told(tell: Callable[..., None], row: Model, at: datetime) -> int:
    try:
        tell(row, at=at)
    except FAILURES:
        logger.exception("%s: nobody was told that it waits", row)
        return 0
    return 1


def _running_out(role: str, at: datetime) -> Iterable[tuple[int, str, date]]:
    """Place, number of the participation, end: the day is that of Paris, the margin is of days."""
    enrolments = supply.running_out(Enrolment.objects.all(), timezone.localdate(at))
    found = enrolments.exclude(**{role: None}).order_by("supply_end__ends_on", "pk")
    rows: Iterable[tuple[int, str, date]] = found.values_list(
        f"{role}_id", "number", "supply_end__ends_on"
    )
    return rows


def _warn(site: Site, patients: list[tuple[str, date]], at: datetime) -> int:
    try:
        key = f"gap:{site.pk}:{site.local_day(at)}"
        if OutgoingMail.objects.filter(key=key).exists():
            return 0
        mail.queue_gaps(key, site, patients, at=at)
    except FAILURES:
        logger.exception("Site %s: the digest of supplies was not queued", site.pk)
        return 0
    return 1
