"""Patients who agreed are written to once after an appointment that was missed, whatever fails."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.core import mail as django_mail

from core.models import JournalLine
from followup import patient_reminders, rules, tasks
from followup.enums import ReminderChannel, ReminderMoment, ReminderState, VisitStatus
from followup.models import Reminder, Visit
from patients.models import Consent
from tests.accounts.factories import SiteFactory
from tests.followup.factories import ReminderChoiceFactory, VisitFactory
from tests.followup.test_patient_reminders import DUE, Killed, appointment, down, leave, run
from tests.together import together


# 11:00 in Paris, the day after.
AT = datetime(2026, 4, 16, 9, tzinfo=UTC)


def missed(**fields):
    """An appointment of 15 April that nobody held; its patient agreed to hear of it a day later."""
    return appointment(choice={"days_after": 1}, **fields)


def told():
    return Reminder.objects.get(moment=ReminderMoment.AFTER)


# --- The rules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "days_after", "is_told"),
    [(0, 1, False), (1, 1, True), (2, 3, False), (3, 3, True), (14, 3, True), (15, 3, False),
     (1, 0, False), (14, 0, False)],
)  # fmt: skip
def test_a_patient_is_told_from_that_many_days_after_to_the_fourteenth(days, days_after, is_told):
    today = DUE + timedelta(days=days)

    assert rules.is_told_after_on(DUE, today, days_after=days_after) == is_told


@pytest.mark.parametrize(
    ("moment", "days", "late"),
    [("BEFORE", -1, False), ("BEFORE", 0, True), ("AFTER", 14, False), ("AFTER", 15, True)],
)
def test_when_it_is_too_late(moment, days, late):
    assert rules.is_too_late(moment, DUE, DUE + timedelta(days=days)) == late


# --- What is said -----------------------------------------------------------------------------


def test_one_mail_a_missed_appointment_however_often_it_runs(mailoutbox):
    visit = missed()

    assert [run(AT), run(AT + timedelta(hours=1)), run(AT + timedelta(days=1))] == [1, 0, 0]
    (sent,) = mailoutbox
    assert sent.to == ["jeanne@exemple.test"]
    assert told().state == ReminderState.SENT
    line = JournalLine.objects.get(action="patient.reminded")
    assert line.subject == str(visit.enrolment.public_id)


def test_both_sides_of_an_appointment_are_two_messages(mailoutbox):
    missed()

    assert run() == 1
    assert run(AT) == 1
    assert [sent.subject for sent in mailoutbox] == ["Rappel de rendez-vous", "Votre rendez-vous"]


def test_it_says_the_day_and_nothing_of_health(mailoutbox):
    visit = missed()

    run(AT)

    sent = mailoutbox[0]
    words = f"{sent.subject} {sent.body} {sent.from_email}".casefold()
    site = visit.enrolment.site
    assert "vous aviez un rendez-vous le 15/04/2026" in words
    assert f"appelez le {site.phone} pour convenir d’une autre date" in words
    unsaid = ("cann", "médic", "santé", "consult", "dupont", "jeanne", "manqué", "douleur")
    for word in (*unsaid, site.name, visit.enrolment.number):
        assert word.casefold() not in words


def test_a_place_without_telephone_gives_none():
    said = patient_reminders.text_after(DUE, "")

    assert "pas pu venir, convenez d’une autre date" in said


# --- Who is written to ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "why",
    ["not asked", "no more", "of the calendar", "held", "seen since", "left", "withdrawn",
     "too early", "too late"],
)  # fmt: skip
def test_others_are_not(why, mailoutbox):
    visit = missed()
    at = {
        "too early": datetime(2026, 4, 15, 9, tzinfo=UTC),
        "too late": datetime(2026, 4, 30, 9, tzinfo=UTC),
    }.get(why, AT)
    change(visit, why)

    assert run(at) == 0
    assert mailoutbox == []
    assert not Reminder.objects.exists()


def change(visit, what):
    """What makes a message about this appointment senseless."""
    enrolment, same = visit.enrolment, Visit.objects.filter(pk=visit.pk)
    match what:
        case "not asked" | "no more":
            channel = ReminderChannel.NONE if what == "no more" else ReminderChannel.EMAIL
            days = 1 if what == "no more" else 0
            ReminderChoiceFactory(enrolment=enrolment, channel=channel, days_after=days)
        case "of the calendar":
            same.update(date_source="DEFINITION")
        case "held":
            same.update(status=VisitStatus.CLOSED)
        case "moved":
            same.update(due_on=date(2026, 4, 29), closes_on=date(2026, 5, 6))
        case "seen since":
            VisitFactory(enrolment=enrolment, simple=True, done=True, held_on=DUE)
        case "left":
            leave(visit)
        case "withdrawn":
            Consent.objects.filter(enrolment=enrolment).update(withdrawn_on=DUE)


def test_a_visit_before_the_appointment_is_not_the_appointment(mailoutbox):
    visit = missed()
    before = DUE - timedelta(days=1)
    VisitFactory(enrolment=visit.enrolment, simple=True, done=True, held_on=before)

    assert run(AT) == 1


@pytest.mark.parametrize(
    "what", ["held", "moved", "left", "withdrawn", "no more", "not asked", "seen since"]
)
def test_what_was_planned_is_dropped_once_it_makes_no_sense(what, mailoutbox):
    visit = missed()
    with down():
        run(AT)
    change(visit, what)

    assert run(AT + timedelta(hours=1)) == 0
    assert mailoutbox == []
    assert told().state == ReminderState.DROPPED


@pytest.mark.parametrize(
    ("zone", "at", "sent"),
    [
        pytest.param("Europe/Paris", datetime(2026, 4, 16, 6, 59, tzinfo=UTC), 0, id="before 9"),
        pytest.param("Europe/Paris", datetime(2026, 4, 16, 7, tzinfo=UTC), 1, id="at 9"),
        pytest.param("Pacific/Noumea", datetime(2026, 4, 15, 22, tzinfo=UTC), 1, id="9 there"),
        pytest.param("America/Guadeloupe", datetime(2026, 4, 16, 3, tzinfo=UTC), 0, id="15 there"),
    ],
)
def test_the_hour_and_the_day_are_those_of_the_place(zone, at, sent):
    missed(site=SiteFactory(time_zone=zone))

    assert run(at) == sent


# --- What fails -------------------------------------------------------------------------------


def test_a_mail_server_down_is_tried_again_later_and_once(mailoutbox):
    missed()

    with down():
        assert run(AT) == 0
        assert run(AT + timedelta(minutes=1)) == 0
    assert (told().state, told().attempts) == (ReminderState.WAITING, 1)
    assert run(AT + timedelta(minutes=2)) == 1
    assert run(AT + timedelta(minutes=9)) == 0
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_while_sending_repeats_nothing_and_says_so(after, mailoutbox):
    missed()
    real = django_mail.EmailMessage.send

    def killed(self, *args, **kwargs):
        if after:
            real(self, *args, **kwargs)
        raise Killed

    with mock.patch.object(django_mail.EmailMessage, "send", killed), pytest.raises(Killed):
        run(AT)
    assert run(AT + timedelta(minutes=9)) == 0
    assert run(AT + timedelta(minutes=10)) == 0

    assert told().state == ReminderState.UNSURE
    assert len(mailoutbox) == after


def test_a_worker_killed_before_it_claims_forgets_nobody(mailoutbox):
    missed()
    with mock.patch("followup.tasks.patient_reminders.due", side_effect=Killed):
        with pytest.raises(Killed):
            run(AT)

    assert run(AT + timedelta(hours=1)) == 1
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("back", "before"),
    [(timedelta(hours=1), 0), (timedelta(days=1), 0), (timedelta(days=3), 1),
     (timedelta(days=30), 0)],
)  # fmt: skip
def test_a_clock_set_back_repeats_nothing(back, before, mailoutbox):
    missed()

    # Set back to before the appointment, what comes before it is told, once.
    assert [run(AT), run(AT - back), run(AT - back), run(AT)] == [1, before, 0, 0]
    assert len(mailoutbox) == 1 + before


@pytest.mark.parametrize(
    ("days", "sent"),
    [pytest.param(3, 1, id="off three days: told late, once"), pytest.param(14, 0, id="too late")],
)
def test_a_server_off_for_days_tells_what_may_still_be_told(days, sent, mailoutbox):
    missed()
    back_at = AT + timedelta(days=days)

    assert [run(back_at), run(back_at + timedelta(hours=1))] == [sent, 0]
    assert len(mailoutbox) == sent


def test_what_was_planned_before_a_fortnight_off_is_given_up_not_told_late(mailoutbox):
    missed()
    with down():
        run(AT)

    assert run(AT + timedelta(days=14)) == 0
    assert (told().state, mailoutbox) == (ReminderState.GIVEN_UP, [])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_three_workers_send_one(mailoutbox):
    missed()

    with mock.patch("followup.tasks.timezone.now", return_value=AT):
        counts = together([lambda: tasks.remind_patients()] * 3)

    assert sorted(counts) == [0, 0, 1]
    assert len(mailoutbox) == 1
