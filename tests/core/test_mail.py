import threading
from datetime import timedelta
from smtplib import SMTPException, SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.utils import timezone

from core import mail, tasks
from core.models import OutgoingMail
from tests.core.factories import NOON, OutgoingMailFactory


def later(**delta):
    return NOON + timedelta(**delta)


def fail(monkeypatch, error):
    def send(self, fail_silently=False):
        raise error

    monkeypatch.setattr(django_mail.EmailMessage, "send", send)


def test_the_same_key_is_one_mail():
    first = mail.queue("visit 1", "a@example.org", "Rappel", "Texte", at=NOON)
    again = mail.queue("visit 1", "b@example.org", "Autre", "Autre", at=later(days=1))

    assert again == first
    assert OutgoingMail.objects.get().to == "a@example.org"


def test_send(mailoutbox):
    row = OutgoingMailFactory()

    assert mail.send(row.pk, at=NOON)
    assert not mail.send(row.pk, at=later(days=1))

    row.refresh_from_db()
    assert (row.sent_at, row.attempts, row.lease_until) == (NOON, 1, None)
    (sent,) = mailoutbox
    assert (sent.to, sent.subject, sent.body) == ([row.to], row.subject, row.body)


def test_a_mail_claimed_by_a_worker_is_left_to_it_until_its_lease_ends(mailoutbox):
    row = OutgoingMailFactory(lease_until=later(minutes=5))

    assert not mail.send(row.pk, at=later(minutes=4))
    assert mailoutbox == []
    assert mail.send(row.pk, at=later(minutes=5))


@pytest.mark.parametrize(
    "error", [OSError("refused"), SMTPException("no"), SMTPServerDisconnected("gone")]
)
def test_a_failed_mail_is_tried_again_under_the_same_message_id(monkeypatch, mailoutbox, error):
    row = OutgoingMailFactory()
    with monkeypatch.context() as patch:
        fail(patch, error)
        with pytest.raises(mail.FAILURES):
            mail.send(row.pk, at=NOON)

    row.refresh_from_db()
    assert (row.sent_at, row.attempts) == (None, 1)
    assert row.lease_until == later(minutes=2)
    assert not mail.send(row.pk, at=later(minutes=1))
    assert mail.send(row.pk, at=later(minutes=2))
    message_id = mailoutbox[0].message()["Message-ID"]
    assert message_id == f"<{row.message_id}@{message_id.split('@')[1]}"


def test_the_wait_grows_and_then_somebody_has_to_look(monkeypatch):
    fail(monkeypatch, OSError("refused"))
    row = OutgoingMailFactory(attempts=mail.MAX_ATTEMPTS - 1)

    with pytest.raises(OSError, match="refused"):
        mail.send(row.pk, at=NOON)

    row.refresh_from_db()
    assert row.lease_until == later(minutes=mail.LONGEST_WAIT_MINUTES)
    assert not mail.due(later(days=30)).exists()


def test_one_mail_that_fails_does_not_stop_the_others(monkeypatch, mailoutbox):
    OutgoingMailFactory(to="refused@example.org")
    OutgoingMailFactory(created_at=later(minutes=1))
    send = django_mail.EmailMessage.send

    def picky(self, fail_silently=False):
        if self.to == ["refused@example.org"]:
            raise OSError("refused")
        return send(self)

    monkeypatch.setattr(django_mail.EmailMessage, "send", picky)

    assert tasks.send_mail() == 1
    assert len(mailoutbox) == 1
    assert tasks.send_mail() == 0


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_workers_send_a_mail_once(mailoutbox):
    rows = [OutgoingMailFactory() for _ in range(5)]
    gate, sent = threading.Barrier(2), []

    def worker():
        gate.wait()
        sent.extend(mail.send(row.pk, at=NOON) for row in rows)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 5
    assert len({message.extra_headers["Message-ID"] for message in mailoutbox}) == 5
    assert len(mailoutbox) == 5


def test_sent_mails_are_erased_after_a_while():
    OutgoingMailFactory(sent_at=NOON)
    OutgoingMailFactory()

    assert mail.erase_old(later(days=30)) == 0
    assert mail.erase_old(later(days=30, seconds=1)) == 1
    assert OutgoingMail.objects.count() == 1


def test_the_task_that_erases_runs_twice():
    OutgoingMailFactory(sent_at=timezone.now() - timedelta(days=40))

    assert [tasks.erase_old_drafts(), tasks.erase_old_drafts()] == [0, 0]
    assert not OutgoingMail.objects.exists()


def test_what_is_over_is_not_sent_and_what_went_stays_known():
    waiting = OutgoingMailFactory()
    sent = OutgoingMailFactory(sent_at=NOON)

    for row in (waiting, sent):
        mail.withdraw(row.key)

    assert list(OutgoingMail.objects.all()) == [sent]
