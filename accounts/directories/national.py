"""The two national directories: one way to compare a file with what was read before (ADR 0103)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings

from accounts.directories.enums import ChangeKind
from accounts.directories.plan import BATCH, Change, Job, Plan
from accounts.models import DirectoryPlace, DirectoryProfessional, Site, User
from core.text import fold


Held = DirectoryProfessional | DirectoryPlace
Owned = User | Site
Fields = tuple[tuple[str, str, str], ...]

WRONG_KEY = "Clé incorrecte\u202f: le numéro est mal saisi."


@dataclass(frozen=True)
class Entry:
    """One professional or one place of the file: the columns of our table, by name."""

    line: int
    key: str
    values: Mapping[str, str]
    who: str


@dataclass(frozen=True)
class Directory:
    """`words`: columns compared, with their French names. `own_words`: those that the account or
    the site of the registry takes over. `own`: these rows, by key."""

    model: type[Any]
    key: str
    # Columns told of whoever is new.
    told: tuple[str, ...]
    words: Mapping[str, str]
    own_words: Mapping[str, str]
    own: Callable[[Iterable[str]], Mapping[str, Owned]]


def go_through(directory: Directory, entries: Iterable[Entry], plan: Plan, job: Job) -> Plan:
    """Compare every entry; the first line of a key counts, the others tell of other activities."""
    seen: set[str] = set()
    for batch in _batches(entries):
        fresh = {one.key: one for one in reversed(batch) if one.key not in seen}
        seen |= fresh.keys()
        in_order = sorted(fresh.values(), key=lambda one: one.line)
        _compare(directory, in_order, plan, job)
    if job.file.is_whole and not plan.errors:
        _tell_gone(directory, seen, plan, job)
    return plan


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    waiting = iter(entries)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _compare(directory: Directory, batch: Sequence[Entry], plan: Plan, job: Job) -> None:
    keys = [one.key for one in batch]
    held = {
        getattr(row, directory.key): row
        for row in directory.model.objects.filter(**{f"{directory.key}__in": keys})
    }
    new: list[Entry] = []
    changed: list[tuple[Held, Entry]] = []
    for one in batch:
        row = held.get(one.key)
        if row is None:
            plan.add(Change(ChangeKind.NEW, one.line, one.who, _told(directory, one)))
            new.append(one)
        elif fields := _differences(row, one, directory.words):
            plan.add(Change(ChangeKind.CHANGED, one.line, one.who, fields))
            changed.append((row, one))
        else:
            plan.add(Change(ChangeKind.KNOWN, one.line, one.who))
    if job.writes:
        directory.model.objects.bulk_create(_made(directory, one, job) for one in new)
        rows = [_brought_up(row, one, job) for row, one in changed]
        directory.model.objects.bulk_update(rows, [*directory.words, "gone_on", "read_in"])
    _compare_own(directory, batch, plan, job)


def _told(directory: Directory, one: Entry) -> Fields:
    return tuple(
        (directory.words[name], "", one.values[name]) for name in directory.told if one.values[name]
    )


def _made(directory: Directory, one: Entry, job: Job) -> Held:
    made: Held = directory.model(**{directory.key: one.key}, **one.values, read_in=job.file)
    return made


def _brought_up(row: Held, one: Entry, job: Job) -> Held:
    for name, value in one.values.items():
        setattr(row, name, value)
    row.gone_on, row.read_in = None, job.file
    return row


def _differences(
    row: Held, one: Entry, words: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    fields = [
        (word, str(getattr(row, name)), one.values[name])
        for name, word in words.items()
        if getattr(row, name) != one.values[name]
    ]
    if row.gone_on is not None:
        fields.append(("présence", f"absent depuis le {row.gone_on:%d/%m/%Y}", "présent"))
    return tuple(fields)


def _compare_own(directory: Directory, batch: Sequence[Entry], plan: Plan, job: Job) -> None:
    """The accounts or sites of the registry: what differs otherwise than by case and accents."""
    owned = directory.own([one.key for one in batch])
    for one in batch:
        row = owned.get(one.key)
        if row is None:
            continue
        taken = {
            name: one.values[name]
            for name in directory.own_words
            if one.values[name] and fold(one.values[name]) != fold(getattr(row, name))
        }
        if not taken:
            continue
        fields = tuple(
            (word, str(getattr(row, name)), taken[name])
            for name, word in directory.own_words.items()
            if name in taken
        )
        plan.add(Change(ChangeKind.REGISTRY, one.line, one.who, fields))
        if job.writes:
            for name, value in taken.items():
                setattr(row, name, value)
            row.save(update_fields=list(taken))


def _tell_gone(directory: Directory, seen: set[str], plan: Plan, job: Job) -> None:
    """Whoever was in the directory and is not in a whole extract has left it."""
    standing = directory.model.objects.filter(gone_on=None).order_by("pk")
    gone = []
    for pk, key in standing.values_list("pk", directory.key).iterator(chunk_size=BATCH):
        if key not in seen:
            plan.add(Change(ChangeKind.GONE, 0, f"{directory.key.upper()} {key}"))
            gone.append(pk)
    if job.writes:
        for start in range(0, len(gone), BATCH):
            rows = directory.model.objects.filter(pk__in=gone[start : start + BATCH])
            rows.update(gone_on=job.today)


def wrong_key(plan: Plan, line: int, column: str, *, only_warns: bool = False) -> bool:
    """Tell of a wrong check digit; True when the line must be left.

    The official fictive identities fail the check: a demonstration only warns (security.md 4).
    """
    warns = settings.DEMO or only_warns
    plan.fault(line, column, WRONG_KEY, is_warning=warns)
    return not warns
