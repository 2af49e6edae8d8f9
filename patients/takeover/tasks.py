from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from core import audit
from patients.models import TakeoverFile
from patients.takeover import actions


@shared_task
def leave_old_takeovers() -> int:
    """Erase the content of the files that nobody confirmed; return how many. Safe to run twice."""
    now = timezone.now()
    limit = now - timedelta(days=actions.KEPT_DAYS)
    left = 0
    for file in TakeoverFile.objects.waiting().filter(sent_at__lt=limit).order_by("pk"):
        try:
            actions.abandon(file, by=audit.SYSTEM, at=now)
            left += 1
        except actions.CannotTakeOver:  # settled meanwhile
            continue
    return left
