"""The draft of a long form: what the page sends every few seconds, given back when it opens."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.http import QueryDict

from core import drafts


# Between the seconds and the random part of a key.
_SINCE = "-"
# The token of the page is not a part of what was typed.
_NOT_TYPED = "csrfmiddlewaretoken"


@dataclass(frozen=True)
class Typing:
    """What was typed before, and the version that the page continues from."""

    key: str
    version: int = 0
    saved_at: datetime | None = None
    data: dict[str, Any] | None = None

    @property
    def initial(self) -> dict[str, Any]:
        """Values of an unbound form: the draft, else a new key against double sending."""
        return {"once": _new_key(), **(self.data or {})}


def _new_key() -> str:
    """A key against double sending; its hexadecimal seconds say when the form was first opened."""
    return f"{int(time.time()):x}{_SINCE}{uuid4().hex}"


def begun_at(key: str) -> datetime | None:
    """When the form of that key was first opened; None when the key was not made here."""
    seconds, found, _ = key.partition(_SINCE)
    try:
        return datetime.fromtimestamp(int(seconds, 16), UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def resume(owner_id: int, key: str) -> Typing:
    """The draft of this person for this form; an empty one when there is none."""
    found = drafts.load(owner_id, key)
    return Typing(key, found.version, found.saved_at, found.data) if found else Typing(key)


def keep(owner_id: int, key: str, sent: QueryDict, *, at: datetime) -> Typing:
    """Save what was sent and refused, so that leaving the page loses nothing."""
    before = drafts.load(owner_id, key)
    # Another tab saved meanwhile: its version stays, the page shows what was sent.
    with suppress(drafts.Refusal):
        drafts.save(owner_id, key, typed(sent), before.version if before else 0, at=at)
    return resume(owner_id, key)


def typed(sent: QueryDict, without: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a form as the script of the page writes them: one value, or several."""
    left_out = {_NOT_TYPED, *without}
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in sent.lists()
        if name not in left_out
    }
