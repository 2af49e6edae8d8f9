from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import TotpDevice
from core import keys
from core.models import Draft, KeyRecord
from patients.models import Enrolment, Nir, Patient


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
}


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
