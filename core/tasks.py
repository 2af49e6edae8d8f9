import logging
from datetime import UTC

from celery import shared_task
from django.utils import timezone

from core import drafts, mail, once, partitions, seals, throttle


logger = logging.getLogger(__name__)

BATCH = 200


@shared_task
def send_mail() -> int:
    """Send the mails that are due; return how many went. Safe to run twice or in parallel."""
    now = timezone.now()
    sent = 0
    for pk in mail.due(now).order_by("created_at", "pk").values_list("pk", flat=True)[:BATCH]:
        try:
            sent += mail.send(pk, at=timezone.now())
        except mail.FAILURES:
            logger.exception("Mail %s was not sent: it will be tried again", pk)
    return sent


@shared_task
def seal_journal() -> int:
    """Seal the settled lines of the journal; return how many. One sealer at a time."""
    now = timezone.now()
    lines = seals.seal(at=now)
    seals.copy_outside(on=now.astimezone(UTC).date())
    if lines:
        # Logs leave the machine: this is the copy kept outside the database.
        logger.info("Journal sealed: %s", seals.last_digest())
    return lines


@shared_task
def make_partitions() -> int:
    """Make the partitions of the coming months; return how many are new."""
    return partitions.make()


@shared_task
def erase_old_drafts() -> int:
    """Erase what is kept for a while only; return how many drafts were."""
    now = timezone.now()
    mail.erase_old(now)
    once.erase_old(now)
    throttle.erase_old(now)
    return drafts.erase_old(now)
