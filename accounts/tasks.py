from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.actions import mail_link
from accounts.models import AccountLink, OpenSession


BATCH = 200
# No legal source: time enough to answer «I never received it», as for mails.
KEPT = timedelta(days=30)


@shared_task
def mail_links() -> int:
    """Queue the mails of the links that wait; return how many.

    Safe to run twice or in parallel: the row is the queue, and is locked.
    """
    now = timezone.now()
    waiting = AccountLink.objects.to_mail().order_by("created_at", "pk")
    return sum(mail_link(pk, at=now) for pk in waiting.values_list("pk", flat=True)[:BATCH])


@shared_task
def erase_old() -> int:
    """Erase the sessions that are over and the links of last month; return how many."""
    now = timezone.now()
    over, _ = OpenSession.objects.filter(expire_date__lt=now).delete()
    links, _ = AccountLink.objects.filter(created_at__lt=now - KEPT).delete()
    return over + links
