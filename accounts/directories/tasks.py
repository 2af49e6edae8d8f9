from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.directories import actions
from accounts.models import ImportedFile
from core import audit


@shared_task
def leave_old_imports() -> int:
    """Erase the content of the files that nobody confirmed; return how many. Safe to run twice."""
    now = timezone.now()
    limit = now - timedelta(days=actions.KEPT_DAYS)
    left = 0
    for file in ImportedFile.objects.waiting().filter(uploaded_at__lt=limit).order_by("pk"):
        try:
            actions.abandon(file, by=audit.SYSTEM, at=now)
            left += 1
        except actions.CannotImport:  # settled meanwhile
            continue
    return left
