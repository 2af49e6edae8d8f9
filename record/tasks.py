import logging

from celery import shared_task
from django.utils import timezone

from record import actions


logger = logging.getLogger(__name__)


@shared_task
def verify_journal() -> int:
    """Verify the journal against its seals, every night; return how many faults were found."""
    check = actions.verify_journal(at=timezone.now())
    for fault in check.faults:
        logger.critical("The journal was altered: %s", fault)
    return len(check.faults)
