import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfoNotFoundError

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Site
from followup import actions, patient_reminders, reminders
from followup.actions import patient_links
from followup.reminders import Places, Relayed, Told
from patients.models.enrolment import LIVE


logger = logging.getLogger(__name__)

# What a group is told from.
Read = TypeVar("Read", Places, Relayed)

# Reminders of patients sent by one run.
BATCH = 200

# What one site may fail with: the others are still served, and it is tried again the next night.
FAILURES = (DatabaseError, OSError, ValueError, ZoneInfoNotFoundError)


@shared_task
def end_patient_links() -> int:
    """Erase what waits behind links that nothing opens any more; return how many. Runs twice."""
    return patient_links.end_dead(at=timezone.now())


@shared_task
def plan_renewals() -> int:
    """Plan the renewal of those whose prescription ends within the week without any; how many.

    A signature plans its own: this is for what was loaded, and for visits that never took place.
    """
    now = timezone.now()
    planned = 0
    for pk in reminders.without_renewal(timezone.localdate(now)):
        try:
            planned += actions.plan_missing_renewal(pk, at=now)
        except FAILURES:
            logger.exception("Enrolment %s: its renewal was not planned", pk)
    return planned


@shared_task
def remind_sites() -> int:
    """Queue one digest a site and local day of the visits to hold; return how many are new.

    Safe to run twice or in parallel: the key of a mail is its site and its day.
    """
    now = timezone.now()
    followed = Site.objects.filter(enrolments__state__in=LIVE).distinct().order_by("pk")
    sites = _known(followed, lambda site: site, now)
    doctors = _known(reminders.relay_doctors(), attrgetter("site"), now)
    return _remind(sites, reminders.read, reminders.remind_site, now) + _remind(
        doctors, reminders.read_relayed, reminders.remind_relay_doctor, now
    )


@shared_task
def remind_patients() -> int:
    """Plan the reminders of patients, then send those that are due; return how many went.

    Safe to run twice or in parallel: one row an appointment and day, claimed before it is sent.
    """
    now = timezone.now()
    patient_reminders.plan(at=now)
    sent = 0
    due = patient_reminders.due(now).order_by("due_on", "pk").values_list("pk", flat=True)
    for pk in due[:BATCH]:
        try:
            sent += patient_reminders.send(pk, at=timezone.now())
        except patient_reminders.FAILURES as failure:
            # What it says may hold an address.
            logger.warning("Reminder %s was not sent: %s", pk, type(failure).__name__)
    return sent


def _known(
    told: Iterable[Told], site_of: Callable[[Told], Site], now: datetime
) -> list[tuple[date, Told]]:
    """Each with its local day; one whose time zone does not exist is told of and left out."""
    known = []
    for one in told:
        try:
            known.append((site_of(one).local_day(now), one))
        except FAILURES:
            logger.exception("%s %s: the digest was not queued", type(one).__name__, one.pk)
    return known


def _remind(
    known: Iterable[tuple[date, Told]],
    read: Callable[[date, list[Told]], Read],
    remind: Callable[..., int],
    now: datetime,
) -> int:
    """Queue the digests group by group; return how many are new."""
    queued = 0
    for day, group in reminders.by_local_day(known):
        try:
            found = read(day, group)
        except FAILURES:
            logger.exception("%s digests were not queued", len(group))
        else:
            queued += sum(_remind_one(one, found, remind, now) for one in group)
    return queued


def _remind_one(one: Told, found: Read, remind: Callable[..., int], now: datetime) -> int:
    """One that fails stops no other."""
    try:
        return remind(one, found, at=now)
    except FAILURES:
        logger.exception("%s %s: the digest was not queued", type(one).__name__, one.pk)
        return 0
