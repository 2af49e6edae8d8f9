"""Short messages: what a gateway has to do, and the one that speaks JSON over HTTPS.

`settings.SMS_GATEWAY` names a class by its path; empty, no short message can be asked for. Another
provider is another class with the same method.
"""

import re
from typing import Protocol

import requests
from django.conf import settings
from django.utils.module_loading import import_string


# Seconds for one message.
PATIENCE = 10

# What a gateway may fail with: the message is tried again.
FAILURES = (OSError,)


class Gateway(Protocol):
    def send(self, to: str, text: str, *, key: str) -> None:
        """Hand a message over.

        :param to: number as the patient gave it
        :param key: of the message: a gateway that knows it already sends nothing more
        :raises OSError: the gateway did not take it
        """


class HttpGateway:
    """POST {"to", "text", "key"} to `SMS_URL`, with `SMS_TOKEN`; only 2xx is a success.

    The number is sent without its spaces. Once the gateway said 2xx it has the message: what
    follows is not read, so that an answer cut in the middle repeats nothing.
    """

    def send(self, to: str, text: str, *, key: str) -> None:
        asked = requests.post(
            settings.SMS_URL,
            json={"to": re.sub(r"[^\d+]", "", to), "text": text, "key": key},
            headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"},
            timeout=PATIENCE,
            allow_redirects=False,
            stream=True,
        )
        # `requests` raises subclasses of OSError; what it says may hold the number.
        with asked as answer:
            if not 200 <= answer.status_code < 300:
                raise OSError(f"The gateway answered {answer.status_code}.")


def is_open() -> bool:
    """Whether short messages can be sent at all."""
    return bool(settings.SMS_GATEWAY)


def gateway() -> Gateway:
    """The gateway of this installation.

    :raises OSError: there is none
    """
    if not is_open():
        raise OSError("No gateway of short messages is set.")
    found: Gateway = import_string(settings.SMS_GATEWAY)()
    return found
