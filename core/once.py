"""An act with a legal effect is done once, however often its form is sent.

with audit.acting("prescription.signed", by=by):
    if target := once.guard(by=by, key=key, action="prescription.signed", body=body):
        return target          # sent twice: go to the first result
    …
    once.done(by=by, key=key, target=prescription.public_id)
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from core.models import DoneOnce


# Characters. Longer than any key that our pages make.
LONGEST_KEY = 64

Body = Mapping[str, object] | str | bytes

# Days. No legal source: a browser tab left open over a holiday.
KEPT_DAYS = 60

# A row of the same key that is not committed yet makes this wait for it.
_TAKE = (
    "INSERT INTO core_doneonce (user_id, key, action, body, target) VALUES (%s, %s, %s, %s, '')"
    " ON CONFLICT (user_id, key) DO NOTHING RETURNING id"
)


class Person(Protocol):
    """Whoever sends the form; in practice the membership that acts."""

    @property
    def user_id(self) -> int: ...


class AnotherBody(Exception):
    """The same form was already recorded, with other content."""

    def __init__(self) -> None:
        super().__init__(
            "Ce formulaire a déjà été enregistré avec un autre contenu. "
            "Rouvrez la page pour voir ce qui a été enregistré."
        )


def digest(body: Body) -> bytes:
    """HMAC-SHA256 of what was typed; the order of the fields does not matter.

    Keyed: a bearer's name or a comment cannot be guessed from a copy of the table.
    """
    if isinstance(body, Mapping):
        kept = {name: value for name, value in body.items() if name != "csrfmiddlewaretoken"}
        body = json.dumps(kept, sort_keys=True, cls=DjangoJSONEncoder)
    content = body.encode() if isinstance(body, str) else body
    return hmac.digest(settings.INDEX_KEY.encode(), b"core.once\0" + content, "sha256")


def key_of(sent: Mapping[str, str]) -> str:
    """The key of a form that was sent; "" when it has none."""
    return sent.get("once", "").replace("\0", "")[:LONGEST_KEY]


def guard(*, by: Person, key: str, action: str, body: Body) -> str | None:
    """Take the key; return the result of the first time if this is a repeat, else None.

    A second request at the same instant waits for the end of the first one.

    :raises AnotherBody: the key was used for another act, or for other content
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("once.guard needs the act's transaction.")
    body_digest = digest(body)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [by.user_id, key, action, body_digest])
        if cursor.fetchone() is not None:
            return None
    before = DoneOnce.objects.get(user_id=by.user_id, key=key)
    if (before.action, bytes(before.body)) != (action, body_digest):
        raise AnotherBody
    return before.target


def done(*, by: Person, key: str, target: object) -> None:
    """Write where a repeat must go: called last, in the transaction of `guard`."""
    DoneOnce.objects.filter(user_id=by.user_id, key=key).update(target=str(target))


def erase_old(at: datetime) -> int:
    """Erase the keys of more than `KEPT_DAYS`: no form stays open that long."""
    return DoneOnce.objects.filter(made_at__lt=at - timedelta(days=KEPT_DAYS)).delete()[0]
