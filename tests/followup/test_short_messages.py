"""Reminders by short message, by a gateway that really listens: what became of each is true."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from core import sms
from followup import patient_reminders
from followup.enums import ReminderChannel, ReminderState
from followup.models import Reminder
from tests.core.gateway import REFUSALS, a_gateway
from tests.followup.test_patient_reminders import appointment, run


AT = datetime(2026, 4, 13, 9, tzinfo=UTC)
# As long as an attempt of a worker is waited for.
LEASE = timedelta(minutes=patient_reminders.SENDING_MINUTES)


@pytest.fixture
def gateway(settings, monkeypatch):
    monkeypatch.setattr(sms, "PATIENCE", 0.3)
    with a_gateway() as listening:
        settings.SMS_GATEWAY, settings.SMS_TOKEN = "core.sms.HttpGateway", "t"
        settings.SMS_URL = listening.url
        yield listening


@pytest.mark.parametrize("answer", ["accepted", "cut in the middle", "unreadable body"])
def test_what_the_gateway_took_is_sent(gateway, answer):
    gateway.answers.append(answer)
    appointment(channel=ReminderChannel.SMS)

    assert [run(AT), run(AT + timedelta(hours=1))] == [1, 0]

    reminder = Reminder.objects.get()
    assert reminder.state == ReminderState.SENT
    [body] = gateway.sent.values()
    assert (body["to"], body["key"]) == ("+33612345678", str(reminder.message_id))
    assert "rendez-vous le 15/04/2026" in body["text"]
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("answer", [*REFUSALS, "cut before any answer", "slow"])
def test_what_it_did_not_say_it_took_is_tried_again_under_the_same_key(gateway, answer, caplog):
    gateway.answers.append(answer)
    appointment(channel=ReminderChannel.SMS)

    assert run(AT) == 0
    waiting = Reminder.objects.get()
    assert (waiting.state, waiting.settled_at) == (ReminderState.WAITING, None)
    assert [run(AT + timedelta(minutes=1)), run(AT + timedelta(minutes=2))] == [0, 1]

    assert Reminder.objects.get().state == ReminderState.SENT
    # Even one that was taken and never said so reaches the patient once.
    assert len(gateway.sent) == 1
    assert len(gateway.asked) == 2
    assert {body["key"] for _, body in gateway.asked} == {str(waiting.message_id)}
    assert "612345678" not in caplog.text


def meanwhile(act):
    """The sending lasts longer than a worker is waited for: another one comes by."""

    def send(self, to, text, *, key):
        assert run(AT + LEASE) == 0
        assert Reminder.objects.get().state == ReminderState.UNSURE
        act()

    return mock.patch("core.sms.HttpGateway.send", send)


def refuse():
    raise OSError("refused")


def test_a_sending_that_lasted_and_failed_stays_uncertain(gateway):
    appointment(channel=ReminderChannel.SMS)

    with meanwhile(refuse):
        assert run(AT) == 0

    assert Reminder.objects.get().state == ReminderState.UNSURE
    assert run(AT + timedelta(hours=1)) == 0
    assert gateway.asked == []


def test_a_sending_that_lasted_and_succeeded_is_known_to_be_sent(gateway):
    appointment(channel=ReminderChannel.SMS)

    with meanwhile(lambda: None):
        assert run(AT) == 1

    assert Reminder.objects.get().state == ReminderState.SENT
    assert run(AT + timedelta(hours=1)) == 0
