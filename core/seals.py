"""Seals over the journal: no line can be changed, added or taken away once it is sealed.

A seal covers every line of a range of transactions, taken only when none of them can still
write. It digests the stored bytes (identities are ciphertext there), so it still verifies after a
key is destroyed.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet

from core.models import JournalCheck, JournalLine, Seal


# Advisory lock of the sealer: any constant of ours.
_LOCK = 7_301_001
_FIRST_OF_ALL = b""
# Lines under one seal, so that a backlog is sealed in several bites.
_LINES = 20_000


def oldest_open() -> int:
    """Number of the oldest transaction that can still write: smaller ones are settled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


def _cluster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_cluster()")
        (cluster,) = cursor.fetchone()
    return int(cluster)


def seal(*, at: datetime, before: int | None = None) -> int:
    """Seal the settled lines that no seal covers; return how many lines were sealed.

    :param before: transactions from this number on are left for later

    One sealer at a time: a second one returns 0 at once. After a logical restore PostgreSQL
    counts transactions anew: the lines of the former cluster are sealed first.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if cursor.fetchone() != (True,):
                return 0
        here = _cluster()
        last = Seal.objects.order_by("-pk").first()
        sealed = 0
        if last is not None and last.cluster != here:
            sealed += _seal_cluster(last.cluster, at, before=None)
        return sealed + _seal_cluster(here, at, before=before or oldest_open())


def _seal_cluster(cluster: int, at: datetime, *, before: int | None) -> int:
    last = Seal.objects.order_by("-pk").first()
    mine = Seal.objects.filter(cluster=cluster).order_by("-last").first()
    first = mine.last + 1 if mine else 0
    lines = JournalLine.objects.filter(cluster=cluster, transaction__gte=first)
    if before is not None:
        lines = lines.filter(transaction__lt=before)
    until = _end_of_bite(lines)
    if until is None:
        return 0
    previous = bytes(last.digest) if last else _FIRST_OF_ALL
    digest, count = _digest(previous, lines.filter(transaction__lte=until))
    Seal.objects.create(
        at=at,
        cluster=cluster,
        first=first,
        last=until,
        lines=count,
        previous=previous,
        digest=digest,
    )
    return count


def _end_of_bite(lines: QuerySet[JournalLine]) -> int | None:
    """The transaction a seal stops at: whole transactions, about `_LINES` lines."""
    numbers = lines.order_by("transaction").values_list("transaction", flat=True)
    bite = list(numbers[:_LINES])
    return bite[-1] if bite else None


_COLUMNS = [
    field.attname for field in JournalLine._meta.concrete_fields if field.attname != "erased_sha256"
]
_ERASED: dict[str, Any] = {
    "action": "erased",
    "actor_id": None,
    "user_id": None,
    "site_id": None,
    "role": "",
    "target_label": "",
    "target_id": "",
    "subject": "",
    "detail": {},
    "request_id": "",
}


def _digest(previous: bytes, lines: QuerySet[JournalLine]) -> tuple[bytes, int]:
    """SHA-256 over the previous digest and the digest of each line."""
    total, count = hashlib.sha256(previous), 0
    ordered = lines.order_by("transaction", "pk").values_list("erased_sha256", *_COLUMNS)
    for erased, *row in ordered.iterator(chunk_size=2000):
        total.update(bytes(erased) if erased else _line_digest(row))
        count += 1
    return total.digest(), count


def _line_digest(row: Sequence[object]) -> bytes:
    text = json.dumps(list(row), cls=_Exact, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def erase(lines: QuerySet[JournalLine]) -> int:
    """Empty lines whose time is over; return how many. For the purge role: `.using("purge")`.

    Their date, their place and their digest stay, so that their seal still verifies. Their
    content is gone: a digest tells nothing of a line that holds random identifiers.
    """
    rows = list(lines.filter(erased_sha256=None).values_list(*_COLUMNS))
    for row in rows:
        # Identity, then date: the key of a table cut by month.
        pk, at = row[0], row[1]
        line = JournalLine.objects.using(lines.db).filter(pk=pk, at=at)
        line.update(erased_sha256=_line_digest(row), **_ERASED)
    return len(rows)


class _Exact(DjangoJSONEncoder):
    """Django's encoder cuts instants to the millisecond."""

    def default(self, o: object) -> object:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


Read = Callable[[Seal], bool]


@dataclass
class Reading:
    """What a verification read so far."""

    seals: int = 0
    lines: int = 0


def faults(read: Read = lambda _: True, *, reading: Reading | None = None) -> Iterator[str]:
    """Compare the chain of seals, and the lines of those that `read` chooses; yield what is
    wrong, in French."""
    done = reading or Reading()
    previous, ends = _FIRST_OF_ALL, dict[int, int]()
    for current in Seal.objects.order_by("pk").iterator():
        done.seals += 1
        name = f"Sceau {current.pk} ({current.at:%d/%m/%Y %H:%M} UTC)"
        if bytes(current.previous) != previous:
            yield f"{name}\u202f: il ne suit pas le sceau précédent."
        if current.first != ends.get(current.cluster, -1) + 1:
            yield f"{name}\u202f: des opérations manquent avant lui."
        if read(current) and (fault := _fault(current, done)):
            yield f"{name}\u202f: {fault}"
        previous, ends[current.cluster] = bytes(current.digest), current.last


def _fault(current: Seal, done: Reading) -> str:
    """What is wrong with the lines of one seal."""
    lines = JournalLine.objects.filter(
        cluster=current.cluster, transaction__range=(current.first, current.last)
    )
    digest, count = _digest(bytes(current.previous), lines)
    done.lines += count
    if count != current.lines:
        return f"{count} lignes au lieu de {current.lines}."
    return "" if digest == bytes(current.digest) else "une ligne a été modifiée."


# Days whose lines are all read again each night; older ones are read in turn.
NIGHTS, TURNS = 40, 28


def verify(*, at: datetime, whole: bool = False) -> JournalCheck:
    """Verify the chain, the lines of the last days and a part of the others, the copies outside.

    Within four weeks every line is read. What is found is kept, and told by whoever calls.
    """

    def read(current: Seal) -> bool:
        recent = current.at >= at - timedelta(days=NIGHTS)
        return whole or recent or current.pk % TURNS == at.toordinal() % TURNS

    reading = Reading()
    found = [*faults(read, reading=reading), *_lost_copies()]
    return JournalCheck.objects.create(
        at=at, seals=reading.seals, lines=reading.lines, faults=found
    )


# --- Copies outside the database -------------------------------------------------------------


def copy_outside(*, on: date) -> bool:
    """Append the last seal of the days before `on` to `SEAL_COPIES`; True when it is new.

    One line a day: the day, then `last_digest()`. Whoever rewrites the whole chain with the
    rights of the owner cannot rewrite this file, copied with the logs.
    """
    midnight = datetime.combine(on, time(), tzinfo=UTC)
    last = Seal.objects.filter(at__lt=midnight).order_by("-pk").first()
    if last is None:
        return False
    line = f"{last.at:%Y-%m-%d} {last.pk}:{bytes(last.digest).hex()}"
    path = Path(settings.SEAL_COPIES)
    if line in copies():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def copies() -> list[str]:
    path = Path(settings.SEAL_COPIES)
    return path.read_text().splitlines() if path.exists() else []


def _lost_copies() -> Iterator[str]:
    for line in copies():
        day, _, copy = line.partition(" ")
        if not stands(copy):
            yield f"Copie du {day}\u202f: ce sceau a disparu de la base ou a changé."


def last_digest() -> str:
    """The newest seal, to be copied outside the database."""
    last = Seal.objects.order_by("-pk").first()
    return f"{last.pk}:{bytes(last.digest).hex()}" if last else ""


def stands(copy: str) -> bool:
    """True when a seal copied outside the database (`last_digest`) is still in it."""
    pk, _, digest = copy.partition(":")
    try:
        return Seal.objects.filter(pk=int(pk), digest=bytes.fromhex(digest)).exists()
    except ValueError:
        return False
