import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from rights.actions import suspension
from rights.models import RightsRule


logger = logging.getLogger(__name__)

BATCH = 500


@shared_task
def suspend_sleeping_accounts() -> int:
    """Tell those who sleep, suspend those who were told; return how many rows changed.

    Safe to run twice or in parallel: an account has one open notice, closed once.
    """
    now = timezone.now()
    today = now.astimezone(suspension.PARIS).date()
    changed = 0
    for notice in suspension.due(today).order_by("pk")[:BATCH]:
        try:
            changed += suspension.settle(notice, at=now)
        except DatabaseError:
            logger.exception("Notice %s: the account was not settled", notice.pk)
    rule = RightsRule.objects.on(today)
    if rule is None:
        return changed
    for user in suspension.sleeping(rule, today).order_by("pk")[:BATCH]:
        try:
            began = user.role_began_on  # type: ignore[attr-defined]
            changed += suspension.announce(user, role_began_on=began, rule=rule, at=now)
        except DatabaseError:
            logger.exception("Account %s: the notice was not written", user.pk)
    return changed
