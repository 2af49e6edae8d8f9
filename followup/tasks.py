import logging
from zoneinfo import ZoneInfoNotFoundError

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Site
from followup import reminders
from patients.models.enrolment import LIVE


logger = logging.getLogger(__name__)

# What one site may fail with: the others are still served, and it is tried again the next night.
FAILURES = (DatabaseError, OSError, ValueError, ZoneInfoNotFoundError)


@shared_task
def remind_sites() -> int:
    """Queue one digest a site and local day of the visits to hold; return how many are new.

    Safe to run twice or in parallel: the key of a mail is its site and its day.
    """
    now = timezone.now()
    queued = 0
    followed = Site.objects.filter(enrolments__state__in=LIVE).distinct()
    for site in followed.order_by("pk"):
        try:
            queued += reminders.remind_site(site, at=now)
        except FAILURES:
            logger.exception("Site %s: its digest was not queued", site.pk)
    for doctor in reminders.relay_doctors():
        try:
            queued += reminders.remind_relay_doctor(doctor, at=now)
        except FAILURES:
            logger.exception("Member %s: the digest was not queued", doctor.pk)
    return queued
