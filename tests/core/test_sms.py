"""Short messages: what our gateway sends, and what it calls a failure, on a real connection."""

import socket

import pytest

from core import sms
from tests.core.gateway import REFUSALS, a_gateway


NUMBER = "+33 6 00 00 00 00"


@pytest.fixture
def gateway(settings, monkeypatch):
    monkeypatch.setattr(sms, "PATIENCE", 0.3)
    with a_gateway() as listening:
        settings.SMS_GATEWAY, settings.SMS_TOKEN = "core.sms.HttpGateway", "t"
        settings.SMS_URL = listening.url
        yield listening


def send():
    sms.gateway().send(NUMBER, "Rappel", key="k")


def test_without_a_gateway_nothing_is_sent(settings):
    settings.SMS_GATEWAY = ""

    assert not sms.is_open()
    with pytest.raises(OSError, match="No gateway"):
        sms.gateway()


def test_a_message_is_handed_over_with_its_key(gateway):
    send()

    assert sms.is_open()
    [(headers, body)] = gateway.asked
    assert body == {"to": "+33600000000", "text": "Rappel", "key": "k"}
    assert headers["authorization"] == "Bearer t"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("answer", ["accepted", "cut in the middle", "unreadable body"])
def test_once_it_says_that_it_took_the_message_what_follows_does_not_matter(gateway, answer):
    gateway.answers.append(answer)

    send()

    assert list(gateway.sent) == ["k"]


@pytest.mark.parametrize("answer", [*REFUSALS, "cut before any answer", "slow"])
def test_another_answer_is_a_failure_that_tells_no_number(gateway, answer):
    gateway.answers.append(answer)

    with pytest.raises(sms.FAILURES) as failure:
        send()

    assert "600000000" not in str(failure.value)
    # One attempt: whoever is sent elsewhere does not follow.
    assert len(gateway.asked) == 1


def test_nobody_listening_is_a_failure_that_is_tried_again(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.SMS_URL = f"http://127.0.0.1:{free.getsockname()[1]}/"
        settings.SMS_GATEWAY = "core.sms.HttpGateway"

        with pytest.raises(sms.FAILURES):
            send()
