"""A letter waits: one mail that says nothing else, whatever fails; none once it was read."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.core import mail as django_mail

from accounts.enums import Role
from core import mail, tasks
from core.models import JournalLine, OutgoingMail
from followup import actions
from followup import tasks as reminders
from followup.models import LetterReading
from tests.accounts.factories import MemberFactory
from tests.followup.factories import (
    AnswersFactory,
    LetterFactory,
    LetterReadingFactory,
    VisitFactory,
)
from tests.patients.factories import EnrolmentFactory
from tests.together import together


AT = datetime(2026, 4, 2, 11, tzinfo=UTC)
KEY = "a" * 32


def relayed():
    enrolment = EnrolmentFactory(patient__person=True)
    enrolment.relay_doctor = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    enrolment.save()
    return enrolment


def write(at=AT):
    """By the doctor who held the visit; its paper is not what matters here."""
    visit = AnswersFactory(visit__enrolment=relayed()).visit
    paper = mock.Mock(public_id="6a1c4a2e-8f0b-4a54-9d5f-6f4f0c0f7d11")
    with mock.patch("followup.documents.make_letter", return_value=paper):
        return actions.write_letter(visit, by=visit.held_by, at=at, key=KEY)


def received(**fields):
    enrolment = relayed()
    visit = VisitFactory(enrolment=enrolment, done=True)
    return LetterFactory(visit=visit, addressee=enrolment.relay_doctor, **fields)


def run(at):
    with mock.patch("core.tasks.timezone.now", return_value=at):
        return tasks.send_mail()


class Killed(BaseException):
    """A worker that ends at once: nothing of ours catches it."""


# --- What is said -----------------------------------------------------------------------------


def test_the_addressee_is_told_that_a_letter_waits_and_nothing_else(mailoutbox):
    letter = write()

    assert [run(AT), run(AT + timedelta(days=1))] == [1, 0]

    (sent,) = mailoutbox
    assert sent.to == [letter.addressee.user.email]
    assert "/courriers/" in sent.body
    told = f"{sent.subject} {sent.body}".casefold()
    visit, site = letter.visit, letter.visit.enrolment.site
    words = ("cann", "médic", "santé", "consult", "patient", "dupont", "jeanne", "m1")
    for word in (*words, visit.enrolment.number, site.name, letter.written_by.user.last_name):
        assert word.casefold() not in told


def test_the_same_letter_is_told_once_however_often_it_is_pressed():
    letter = write()
    again = actions.write_letter(
        letter.visit, by=letter.written_by, at=AT + timedelta(minutes=1), key=KEY
    )

    assert again == letter
    assert OutgoingMail.objects.count() == 1


# --- What fails -------------------------------------------------------------------------------


def test_a_mail_server_down_is_tried_again_and_tells_once(mailoutbox):
    write()
    down = mock.patch.object(django_mail.EmailMessage, "send", side_effect=OSError("refused"))

    with down:
        assert run(AT) == 0
    assert run(AT + timedelta(minutes=1)) == 0
    assert run(AT + timedelta(days=3)) == 1
    assert run(AT + timedelta(days=4)) == 0
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("accepted", [False, True])
def test_a_worker_killed_forgets_nobody_and_repeats_under_the_same_name(mailoutbox, accepted):
    write()
    real = django_mail.EmailMessage.send

    def killed(self, *args, **kwargs):
        if accepted:
            real(self, *args, **kwargs)
        raise Killed

    with mock.patch.object(django_mail.EmailMessage, "send", killed), pytest.raises(Killed):
        run(AT)
    assert run(AT + timedelta(minutes=mail.LEASE_MINUTES)) == 1

    # The same Message-ID: whoever reads mail sees one.
    assert len({sent.message()["Message-ID"] for sent in mailoutbox}) == 1
    assert len(mailoutbox) == 1 + accepted


def test_a_clock_set_back_repeats_nothing(mailoutbox):
    write()

    assert [run(AT), run(AT - timedelta(days=30)), run(AT)] == [1, 0, 0]
    assert len(mailoutbox) == 1


def test_what_was_read_before_the_mail_went_is_not_told(mailoutbox):
    letter = write()
    down = mock.patch.object(django_mail.EmailMessage, "send", side_effect=OSError("refused"))
    with down:
        run(AT)

    actions.read_letter(letter, by=letter.addressee, at=AT + timedelta(hours=1))

    assert run(AT + timedelta(days=1)) == 0
    assert mailoutbox == []


def test_a_mail_that_went_stays_known(mailoutbox):
    letter = write()
    run(AT)

    actions.read_letter(letter, by=letter.addressee, at=AT + timedelta(hours=1))

    assert OutgoingMail.objects.get().sent_at == AT


# --- Reading ----------------------------------------------------------------------------------


def test_the_first_reading_stays():
    letter = received()

    for hours in (1, 2):
        actions.read_letter(letter, by=letter.addressee, at=AT + timedelta(hours=hours))

    assert LetterReading.objects.get().read_at == AT + timedelta(hours=1)
    assert JournalLine.objects.filter(action="visit.letter_read").count() == 1


@pytest.mark.parametrize("who", ["writer", "another relay doctor"])
def test_nobody_else_says_that_it_was_read(who):
    letter, other = received(), received()
    by = letter.written_by if who == "writer" else other.addressee

    with pytest.raises(actions.CannotClose, match="un autre médecin relais"):
        actions.read_letter(letter, by=by, at=AT)

    assert not LetterReading.objects.exists()
    assert not JournalLine.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_tabs_read_it_once():
    letter = received()

    def read():
        return actions.read_letter(letter, by=letter.addressee, at=AT)

    assert len(set(together([read] * 3))) == 1
    assert JournalLine.objects.filter(action="visit.letter_read").count() == 1


# --- The digest -------------------------------------------------------------------------------


@pytest.mark.parametrize(("visits", "read", "said"), [(1, 0, 1), (1, 1, 0), (0, 0, None)])
def test_a_digest_that_is_sent_counts_the_letters_that_wait(visits, read, said):
    letter = received()
    if read:
        LetterReadingFactory(letter=letter)
    if visits:
        VisitFactory(
            enrolment=letter.visit.enrolment,
            simple=True,
            opens_on=date(2026, 4, 3),
            due_on=date(2026, 4, 6),
            closes_on=date(2026, 4, 20),
        )

    with mock.patch(
        "followup.tasks.timezone.now", return_value=datetime(2026, 4, 6, 4, tzinfo=UTC)
    ):
        reminders.remind_sites()

    mails = OutgoingMail.objects.filter(to=letter.addressee.user.email)
    if said is None:
        assert not mails.exists()
    else:
        assert ("Courriers à lire\u202f: 1" in mails.get().body) == bool(said)
