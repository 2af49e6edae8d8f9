"""Patients are reminded at most once, and never forgotten in silence, whatever fails."""

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from unittest import mock

import pytest
from django.core import mail as django_mail

from core import keys
from core.models import JournalLine
from followup import actions, patient_reminders, rules, tasks
from followup.enums import ReminderChannel, ReminderState, VisitStatus
from followup.models import Reminder, ReminderChoice, Visit
from patients.enums import EndReason, EnrolmentState
from patients.models import Consent, Enrolment
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import ReminderChoiceFactory, ReminderFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.together import together


DUE = date(2026, 4, 15)
# 11:00 in Paris, two days before.
AT = datetime(2026, 4, 13, 9, tzinfo=UTC)


def appointment(*, channel=ReminderChannel.EMAIL, site=None, choice=None, **fields):
    """A patient with both addresses, who agreed, and a date that was given to her."""
    person = PersonFactory(email="jeanne@exemple.test", phone="+33 6 12 34 56 78")
    doctor = MemberFactory(site=site) if site else MemberFactory()
    enrolment = EnrolmentFactory(included_by=doctor, patient=PatientFactory(person=person))
    ReminderChoiceFactory(enrolment=enrolment, channel=channel, **(choice or {}))
    return VisitFactory(enrolment=enrolment, simple=True, **{"due_on": DUE, **fields})


def run(at=AT):
    with mock.patch("followup.tasks.timezone.now", return_value=at):
        return tasks.remind_patients()


def state():
    return Reminder.objects.get().state


# --- The rules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "reminded"), [(3, False), (2, True), (1, True), (0, False), (-1, False)]
)
def test_a_patient_is_reminded_from_that_many_days_before_to_the_eve(days, reminded):
    today = DUE - timedelta(days=days)

    assert rules.is_reminded_on(DUE, today, days_before=2) == reminded


@pytest.mark.parametrize(("hour", "may"), [(8, False), (9, True), (19, True), (20, False)])
def test_nobody_is_written_to_at_night(hour, may):
    assert rules.may_disturb(hour) == may


# --- What is said -----------------------------------------------------------------------------


def test_one_mail_an_appointment_however_often_it_runs(mailoutbox):
    visit = appointment()

    assert [run(), run(AT + timedelta(hours=1)), run(AT + timedelta(days=1))] == [1, 0, 0]
    (sent,) = mailoutbox
    assert sent.to == ["jeanne@exemple.test"]
    assert state() == ReminderState.SENT
    line = JournalLine.objects.get(action="patient.reminded")
    assert line.subject == str(visit.enrolment.public_id)


def test_it_says_the_day_and_nothing_of_health(mailoutbox, settings):
    visit = appointment()

    run()

    sent = mailoutbox[0]
    told = f"{sent.subject} {sent.body} {sent.from_email} {sent.message()['Message-ID']}".casefold()
    assert "15/04/2026" in told
    assert visit.enrolment.site.phone in told
    words = ("cann", "médic", "santé", "consult", "dupont", "jeanne", visit.enrolment.site.name)
    for word in (*words, visit.enrolment.number, "douleur", "structure"):
        assert word.casefold() not in told


def test_a_place_without_telephone_gives_none():
    assert (
        patient_reminders.text(DUE, "") == "Rappel\u202f: vous avez un rendez-vous le 15/04/2026."
    )


def test_a_short_message_goes_by_the_gateway_with_its_key(settings):
    settings.SMS_GATEWAY = "core.sms.HttpGateway"
    appointment(channel=ReminderChannel.SMS)

    with mock.patch("core.sms.HttpGateway.send") as send:
        assert [run(), run()] == [1, 0]

    (to, text), key = send.call_args.args, send.call_args.kwargs["key"]
    assert to == "+33 6 12 34 56 78"
    assert "rendez-vous" in text
    assert key == str(Reminder.objects.get().message_id)


# --- Who is reminded --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "why",
    [
        "no choice", "no more", "of the calendar", "held", "left", "withdrawn", "too early",
        "today",
    ],
)  # fmt: skip
def test_others_are_not_reminded(why, mailoutbox):
    visit = appointment(
        **{
            "too early": {"due_on": DUE + timedelta(days=1)},
            "today": {"due_on": AT.date()},
        }.get(why, {})
    )
    match why:
        case "no choice":
            Visit.objects.filter(pk=visit.pk).update(enrolment=EnrolmentFactory())
        case "no more":
            ReminderChoiceFactory(enrolment=visit.enrolment, channel=ReminderChannel.NONE)
        case "of the calendar":
            Visit.objects.filter(pk=visit.pk).update(date_source="DEFINITION")
        case "held":
            Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.CLOSED)
        case "left":
            leave(visit)
        case "withdrawn":
            Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=AT.date())

    assert run() == 0
    assert mailoutbox == []
    assert not Reminder.objects.exists()


def leave(visit):
    Enrolment.objects.filter(pk=visit.enrolment_id).update(
        state=EnrolmentState.ENDED, ended_on=date(2026, 4, 10), end_reason=EndReason.OTHER
    )


@pytest.mark.parametrize("what", ["held", "moved", "left", "withdrawn", "refused"])
def test_what_was_planned_is_dropped_once_it_makes_no_sense(what, mailoutbox):
    visit = appointment()
    patient_reminders.plan(at=AT)
    match what:
        case "held":
            Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.CLOSED)
        case "moved":
            Visit.objects.filter(pk=visit.pk).update(due_on=date(2026, 4, 18))
        case "left":
            leave(visit)
        case "withdrawn":
            Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=AT.date())
        case "refused":
            ReminderChoiceFactory(enrolment=visit.enrolment, channel=ReminderChannel.NONE)

    assert run() == 0
    assert mailoutbox == []
    assert Reminder.objects.get(due_on=DUE).state == ReminderState.DROPPED


@pytest.mark.parametrize("what", ["erased", "no address"])
def test_somebody_has_to_look_when_there_is_nowhere_to_write(what, mailoutbox):
    visit = appointment()
    patient_reminders.plan(at=AT)
    if what == "erased":
        keys.destroy_keys([visit.enrolment.patient.key_id])
    else:
        _without_email(visit)

    assert run() == 0
    assert (state(), mailoutbox) == (ReminderState.GIVEN_UP, [])


def _without_email(visit):
    from dataclasses import replace

    from patients import identity

    patient = visit.enrolment.patient
    identity.rewrite(patient, replace(identity.open_one(patient), email=""))


def test_an_appointment_moved_is_reminded_of_its_new_day(mailoutbox):
    visit = appointment()
    run()
    Visit.objects.filter(pk=visit.pk).update(due_on=date(2026, 4, 18))

    assert run(AT + timedelta(days=3)) == 1
    assert "18/04/2026" in mailoutbox[1].body


@pytest.mark.parametrize(
    ("zone", "at", "sent"),
    [
        pytest.param("Europe/Paris", datetime(2026, 4, 13, 6, 59, tzinfo=UTC), 0, id="before 9"),
        pytest.param("Europe/Paris", datetime(2026, 4, 13, 7, tzinfo=UTC), 1, id="at 9"),
        pytest.param("Europe/Paris", datetime(2026, 4, 13, 18, tzinfo=UTC), 0, id="at 20"),
        pytest.param("Pacific/Noumea", datetime(2026, 4, 12, 22, tzinfo=UTC), 1, id="9 there"),
        pytest.param("America/Guadeloupe", datetime(2026, 4, 13, 7, tzinfo=UTC), 0, id="3 there"),
    ],
)
def test_the_hour_and_the_day_are_those_of_the_place(zone, at, sent):
    appointment(site=SiteFactory(time_zone=zone))

    assert run(at) == sent


# --- What fails -------------------------------------------------------------------------------


def down(error=None):
    error = error or OSError("refused")
    return mock.patch.object(django_mail.EmailMessage, "send", side_effect=error)


@pytest.mark.parametrize("error", [OSError("refused"), SMTPServerDisconnected("gone")])
def test_a_mail_server_down_is_tried_again_later_and_once(error, mailoutbox):
    appointment()

    with down(error):
        assert run() == 0
        assert run(AT + timedelta(minutes=1)) == 0
    assert (state(), Reminder.objects.get().attempts) == (ReminderState.WAITING, 1)
    assert run(AT + timedelta(minutes=2)) == 1
    assert run(AT + timedelta(minutes=9)) == 0
    assert len(mailoutbox) == 1


def test_after_many_failures_somebody_has_to_look():
    appointment()
    patient_reminders.plan(at=AT)
    Reminder.objects.update(attempts=patient_reminders.MAX_ATTEMPTS - 1)

    with down():
        run()

    assert state() == ReminderState.GIVEN_UP


def test_a_log_of_a_failure_holds_no_address(caplog):
    appointment()

    with down(OSError("jeanne@exemple.test: unknown")):
        run()

    assert "jeanne" not in caplog.text
    assert "was not sent: OSError" in caplog.text


class Killed(BaseException):
    """A worker that ends at once: nothing of ours catches it."""


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_while_sending_repeats_nothing_and_says_so(after, mailoutbox):
    appointment()
    real = django_mail.EmailMessage.send

    def killed(self, *args, **kwargs):
        if after:
            real(self, *args, **kwargs)
        raise Killed

    with mock.patch.object(django_mail.EmailMessage, "send", killed), pytest.raises(Killed):
        run()
    assert state() == ReminderState.SENDING
    assert run(AT + timedelta(minutes=9)) == 0
    assert state() == ReminderState.SENDING
    assert run(AT + timedelta(minutes=10)) == 0

    assert state() == ReminderState.UNSURE
    assert len(mailoutbox) == after


def test_a_worker_killed_before_it_claims_forgets_nobody(mailoutbox):
    appointment()
    with mock.patch("followup.tasks.patient_reminders.due", side_effect=Killed):
        with pytest.raises(Killed):
            run()

    assert run(AT + timedelta(hours=1)) == 1
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=30)])
def test_a_clock_set_back_repeats_nothing(back, mailoutbox):
    appointment()

    assert run() == 1
    assert run(AT - back) == 0
    assert run() == 0
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("back_at", "sent"),
    [
        pytest.param(AT + timedelta(days=1), 1, id="off until the eve: told late, once"),
        pytest.param(AT + timedelta(days=2), 0, id="off until the day: too late"),
    ],
)
def test_a_server_off_for_days_tells_what_may_still_be_told(back_at, sent, mailoutbox):
    appointment()

    assert [run(back_at), run(back_at + timedelta(hours=1))] == [sent, 0]
    assert len(mailoutbox) == sent


def test_what_was_planned_before_three_days_off_is_given_up_not_told_late(mailoutbox):
    appointment()
    with down():
        run()

    assert run(AT + timedelta(days=3)) == 0
    assert (state(), mailoutbox) == (ReminderState.GIVEN_UP, [])


def test_one_that_fails_stops_no_other(mailoutbox):
    appointment()
    appointment()
    real = patient_reminders._deliver
    first = []

    def fail_once(message):
        if not first:
            first.append(message)
            raise OSError
        real(message)

    with mock.patch("followup.patient_reminders._deliver", fail_once):
        assert run() == 1
    assert len(mailoutbox) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_workers_send_one(mailoutbox):
    appointment()

    with mock.patch("followup.tasks.timezone.now", return_value=AT):
        counts = together([lambda: tasks.remind_patients()] * 3)

    assert sorted(counts) == [0, 0, 1]
    assert len(mailoutbox) == 1


# --- What the patient chose -------------------------------------------------------------------


def test_a_choice_is_written_and_the_last_one_stands():
    enrolment = EnrolmentFactory()
    doctor = enrolment.included_by

    for channel in (ReminderChannel.EMAIL, ReminderChannel.NONE):
        actions.choose_reminder(enrolment, channel, 3, by=doctor, at=AT)

    assert [one.channel for one in ReminderChoice.objects.order_by("pk")] == ["EMAIL", "NONE"]
    line = JournalLine.objects.filter(action="reminder.chosen").last()
    assert line.subject == str(enrolment.public_id)


def test_who_left_chooses_no_more():
    enrolment = EnrolmentFactory(state=EnrolmentState.CANCELLED)

    with pytest.raises(actions.CannotChoose, match="plus suivi"):
        actions.choose_reminder(
            enrolment, ReminderChannel.EMAIL, 2, by=enrolment.included_by, at=AT
        )
    assert not ReminderChoice.objects.exists()
    assert not JournalLine.objects.exists()


def test_a_reminder_says_what_became_of_it():
    reminder = ReminderFactory()

    assert reminder in Reminder.objects.pending()
