import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Site, TotpDevice
from core import audit, keys
from core.models import Draft, KeyRecord
from patients import actions, exceptional, notices
from patients.models import BrokenGlass, Enrolment, Invitation, Nir, Patient, TakeoverFile
from programmes import openings
from programmes.models import Programme


logger = logging.getLogger(__name__)

# Days. No legal source: an inclusion that made its keys and was then rolled back lasts seconds.
ORPHAN_AFTER_DAYS = 1
OWNERS: dict[str, QuerySet[Any]] = {
    "patient": Patient.objects.all(),
    "enrolment": Enrolment.objects.all(),
    "nir": Nir.objects.all(),
    # Its device was replaced or taken away.
    "second factor": TotpDevice.objects.all(),
    # A draft emptied by an act whose process died before its key was destroyed.
    "draft": Draft.objects.exclude(key_id=None),
    "takeover": TakeoverFile.objects.exclude(key_id=None),
}


@shared_task
def announce_end_of_transition() -> int:
    """Tell who follows patients at 90, 60 and 30 days; return how many mails were written.

    The key of a mail says which notice of whom: twice is once.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    written = 0
    for programme in Programme.objects.exclude(opinion_published_on=None).order_by("pk"):
        ending = openings.transition(programme)
        if ending is not None and (days := ending.notice(today)):
            written += notices.end_of_transition(programme, days, at=now)
    return written


@shared_task
def destroy_orphan_keys() -> int:
    """Destroy the keys that open nothing any more; return how many.

    Keys are made before the main transaction: when it fails, its keys open nothing. Safe to run
    twice.
    """
    limit = timezone.now() - timedelta(days=ORPHAN_AFTER_DAYS)
    destroyed = 0
    for purpose, owner in OWNERS.items():
        made = KeyRecord.objects.filter(purpose=purpose, made_at__lt=limit)
        ids = set(made.values_list("pk", flat=True))
        used = set(owner.values_list("key_id", flat=True))
        destroyed += keys.destroy_keys(ids - used)
    return destroyed


@shared_task
def designate_invited() -> int:
    """Make the designations whose professional is trained by now; return how many.

    The row is the queue: what waits still waits, and is tried again. Safe to run twice.
    """
    now, made = timezone.now(), 0
    for pk in Invitation.objects.filter(closed_on=None).order_by("pk").values_list("pk", flat=True):
        made += actions.resolve_invitation(pk, by=audit.SYSTEM, at=now)
    return made


@shared_task
def tell_broken_glass() -> int:
    """Tell the lead doctors of the records opened before today; return how many records.

    Safe to run twice or in parallel: a row is stamped with the mail that tells of it.
    """
    now = timezone.now()
    untold = BrokenGlass.objects.untold(now).values("enrolment__site")
    told = 0
    for site in Site.objects.filter(pk__in=untold).order_by("pk"):
        try:
            told += exceptional.tell(site, at=now)
        except DatabaseError:
            logger.exception("Site %s: the exceptional accesses were not told", site.pk)
    return told
