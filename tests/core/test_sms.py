"""Short messages: what our gateway sends, and what it calls a failure."""

from unittest import mock

import pytest
import requests

from core import sms


HTTP = "core.sms.HttpGateway"


def answering(status):
    return mock.patch("core.sms.requests.post", return_value=mock.Mock(status_code=status))


@pytest.fixture
def _open(settings):
    settings.SMS_GATEWAY, settings.SMS_URL, settings.SMS_TOKEN = HTTP, "https://sms.test/", "t"


def test_without_a_gateway_nothing_is_sent(settings):
    settings.SMS_GATEWAY = ""

    assert not sms.is_open()
    with pytest.raises(OSError, match="No gateway"):
        sms.gateway()


@pytest.mark.usefixtures("_open")
def test_a_message_is_handed_over_with_its_key():
    with answering(202) as post:
        sms.gateway().send("+33 6 00 00 00 00", "Rappel", key="k")

    assert sms.is_open()
    assert post.call_args.args == ("https://sms.test/",)
    assert post.call_args.kwargs == {
        "json": {"to": "+33600000000", "text": "Rappel", "key": "k"},
        "headers": {"Authorization": "Bearer t"},
        "timeout": sms.PATIENCE,
        "allow_redirects": False,
    }


@pytest.mark.usefixtures("_open")
@pytest.mark.parametrize("status", [199, 300, 302, 400, 500])
def test_another_answer_is_a_failure_that_tells_no_number(status):
    with answering(status), pytest.raises(OSError, match=f"{status}") as failure:
        sms.gateway().send("+33 6 00 00 00 00", "Rappel", key="k")

    assert "+33" not in str(failure.value)


@pytest.mark.usefixtures("_open")
def test_a_dead_network_is_a_failure_that_is_tried_again():
    dead = mock.patch("core.sms.requests.post", side_effect=requests.ConnectionError("down"))
    with dead, pytest.raises(sms.FAILURES):
        sms.gateway().send("+33 6 00 00 00 00", "Rappel", key="k")
