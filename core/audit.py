"""The journal of what people did, and the context that history rows carry.

Neither may hold an identity: details are ids, codes and counts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model

from core.logs import request_id
from core.models import JournalLine


__all__ = [
    "SYSTEM",
    "Actor",
    "Agent",
    "Line",
    "acting",
    "circumstances",
    "context",
    "record",
    "record_each",
    "request_id",
]


class Actor(Protocol):
    """Who acts: a membership, in practice."""

    @property
    def pk(self) -> int | None: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def site_id(self) -> int | None: ...
    @property
    def role(self) -> str: ...


@dataclass(frozen=True)
class Agent:
    """An actor without membership: a task, or a person who is signing in."""

    user_id: int | None = None
    role: str = ""
    pk: int | None = None
    site_id: int | None = None


SYSTEM = Agent(role="SYSTEM")

# What else holds for every act of a request; set by the middleware. Codes, no identity.
_circumstances: ContextVar[dict[str, str]] = ContextVar("circumstances", default={})  # noqa: B039

# True: until the end of the transaction.
_SET = "set_config('pghistory.context_metadata', %s, true)"
_SWAP = f"SELECT current_setting('pghistory.context_metadata', true), {_SET}"


def record(
    action: str, target: Model | None = None, *, by: Actor, subject: str = "", **detail: object
) -> JournalLine:
    """Write one line of the journal. `detail` holds no identity."""
    line = _line(action, Line(target, str(subject), detail), by)
    line.save(force_insert=True)
    return line


@dataclass(frozen=True)
class Line:
    """What one line of the journal tells of, among others of the same act."""

    target: Model | None
    subject: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


def record_each(action: str, lines: Iterable[Line], *, by: Actor) -> None:
    """Write a line for each of many, in one insert."""
    JournalLine.objects.bulk_create(_line(action, one, by) for one in lines)


def _line(action: str, told: Line, by: Actor) -> JournalLine:
    target = told.target
    return JournalLine(
        action=action,
        actor_id=by.pk,
        user_id=by.user_id,
        site_id=by.site_id,
        role=by.role or "",
        target_label=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        subject=told.subject,
        detail={**_circumstances.get(), **told.detail},
        request_id=request_id.get(),
        version=settings.SOFTWARE_VERSION,
    )


@contextmanager
def circumstances(**facts: str) -> Iterator[None]:
    """Write these facts in each line of the journal and each history row made inside."""
    token = _circumstances.set(facts)
    try:
        yield
    finally:
        _circumstances.reset(token)


def _metadata(action: str, by: Actor, reason: str) -> str:
    return json.dumps(
        {
            "action": action,
            "actor": by.pk,
            "user": by.user_id,
            "site": by.site_id,
            "role": by.role or "",
            "reason": reason,
            "request_id": request_id.get(),
            "version": settings.SOFTWARE_VERSION,
            **_circumstances.get(),
        },
        cls=DjangoJSONEncoder,
    )


@contextmanager
def context(action: str, *, by: Actor, reason: str = "") -> Iterator[None]:
    """Sign the history rows written inside, in a transaction that is already open.

    One query; PostgreSQL forgets it with the transaction. An act called by another act signs
    its own rows, then the outer act signs again.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.context needs a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(_SWAP, [_metadata(action, by, reason)])
        outer, _ = cursor.fetchone()
    yield
    # After an error the transaction or its savepoint is rolled back, and this with it.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SET}", [outer or ""])


@contextmanager
def acting(action: str, *, by: Actor, reason: str = "") -> Iterator[None]:
    """Open what every act needs: a transaction, and who signs its history rows.

    It writes no line of the journal: the act does, with `record`.
    """
    with transaction.atomic(), context(action, by=by, reason=reason):
        yield
