import logging
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfoNotFoundError

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Site
from followup import actions, patient_reminders, reminders
from followup.actions import patient_links
from patients.models.enrolment import LIVE


logger = logging.getLogger(__name__)

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
    queued = sum(_remind(day, sites, now) for day, sites in _by_day(followed, now))
    for doctor in reminders.relay_doctors():
        try:
            queued += reminders.remind_relay_doctor(doctor, at=now)
        except FAILURES:
            logger.exception("Member %s: the digest was not queued", doctor.pk)
    return queued


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


def _by_day(sites: Iterable[Site], now: datetime) -> list[tuple[date, list[Site]]]:
    """Groups of sites; one whose time zone does not exist is told of and left out."""
    known = []
    for site in sites:
        try:
            site.local_day(now)
        except FAILURES:
            logger.exception("Site %s: its digest was not queued", site.pk)
        else:
            known.append(site)
    return list(reminders.by_local_day(known, now))


def _remind(day: date, sites: list[Site], now: datetime) -> int:
    """Queue the digests of one group; one site that fails stops no other."""
    try:
        places = reminders.read(day, sites)
    except FAILURES:
        logger.exception("%s sites: their digests were not queued", len(sites))
        return 0
    queued = 0
    for site in sites:
        try:
            queued += reminders.remind_site(site, places, at=now)
        except FAILURES:
            logger.exception("Site %s: its digest was not queued", site.pk)
    return queued
