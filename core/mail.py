"""Outgoing mail: a row written in the act's transaction, sent by a task."""

from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet

from core.models import OutgoingMail


# Minutes during which the worker that claimed a mail has it for itself.
LEASE_MINUTES = 5
# Then somebody has to look: about three days of attempts.
MAX_ATTEMPTS = 40
# Minutes. Doubled at each failure.
LONGEST_WAIT_MINUTES = 120
# Days. No legal source: time enough to answer «I never received it».
KEPT_DAYS = 30

# What a mail server may answer with: the mail is tried again.
FAILURES = (OSError, SMTPException)


def queue(key: str, to: str, subject: str, body: str, *, at: datetime) -> OutgoingMail:
    """Write a mail to be sent. The same key twice is one mail: the first one written.

    It may name no patient, and no disease: mail is read on any screen.
    """
    mail = OutgoingMail(key=key, to=to, subject=subject, body=body, created_at=at)
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    return OutgoingMail.objects.get(key=key)


def withdraw(key: str) -> None:
    """What it says is over: one that was not sent yet is not sent any more."""
    OutgoingMail.objects.filter(key=key, sent_at=None).delete()


def due(at: datetime) -> QuerySet[OutgoingMail]:
    """Mails neither sent, nor reserved by a worker, nor given up."""
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    return OutgoingMail.objects.filter(free, sent_at=None, attempts__lt=MAX_ATTEMPTS)


def send(pk: int, *, at: datetime) -> bool:
    """Send one mail; False if another worker has it, or sent it.

    Claimed and committed first, stamped after: only a kill between the server's acceptance and
    the stamp may repeat a mail, under the same Message-ID.

    :raises OSError: the server did not take it; it will be tried again later
    """
    mail = _claim(pk, at)
    if mail is None:
        return False
    try:
        _message(mail).send()
    except FAILURES:
        wait = min(2**mail.attempts, LONGEST_WAIT_MINUTES)
        OutgoingMail.objects.filter(pk=pk).update(lease_until=at + timedelta(minutes=wait))
        raise
    OutgoingMail.objects.filter(pk=pk).update(sent_at=at, lease_until=None)
    return True


def _claim(pk: int, at: datetime) -> OutgoingMail | None:
    with transaction.atomic():
        mail = due(at).filter(pk=pk).select_for_update(of=("self",), skip_locked=True).first()
        if mail is None:
            return None
        mail.lease_until = at + timedelta(minutes=LEASE_MINUTES)
        mail.attempts += 1
        mail.save(update_fields=["lease_until", "attempts"])
    return mail


def _message(mail: OutgoingMail) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {"Message-ID": f"<{mail.message_id}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(mail.subject, mail.body, to=[mail.to], headers=headers)


def erase_old(at: datetime) -> int:
    """Erase the mails sent more than `KEPT_DAYS` ago."""
    old = OutgoingMail.objects.filter(sent_at__lt=at - timedelta(days=KEPT_DAYS))
    return old.delete()[0]
