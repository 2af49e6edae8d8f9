import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from training import actions
from training.models import Completion


logger = logging.getLogger(__name__)

BATCH = 200
# Days before the last day of a proof. No legal source: time enough to follow the course again.
DAYS_BEFORE = 60


@shared_task
def remind_expiry() -> int:
    """Tell those whose proof is about to end; return how many. Safe to run twice or in parallel.

    No programme sets an end today: nothing is due until a course says how long its proofs last.
    """
    now = timezone.now()
    due = Completion.objects.to_remind(timezone.localdate(now), days_before=DAYS_BEFORE)
    told = 0
    for pk in due.order_by("ends_on", "pk").values_list("pk", flat=True)[:BATCH]:
        try:
            told += actions.remind(pk, at=now)
        except (DatabaseError, OSError):
            logger.exception("Completion %s: the reminder was not queued", pk)
    return told
