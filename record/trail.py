"""The history of a participation, act by act: who, when, what changed, why.

A transaction is one instant in every table of history, so the instant is the key of the pages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.fields.json import KT

from accounts.models import User
from core import keys
from core.keys import DataKey
from core.models import JournalLine
from patients.models import Enrolment
from record import changes, instants, sources, words
from record.changes import Told, Version
from record.enums import Fact
from record.sources import Source
from record.wording import References


# Acts on a page.
SIZE = 20
# Every tracked table may tell of one act, and the journal of an identity.
_ROWS_AN_ACT = 30
_IDENTITY = -1


@dataclass(frozen=True)
class Asked:
    """Which part of the history: nothing said, all of it."""

    fact: str = ""
    owner: str = ""
    user: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def tables(self) -> list[tuple[int, Source]]:
        chosen = [
            (index, one)
            for index, one in enumerate(sources.every())
            if (not self.fact or one.fact == self.fact)
            and (not self.owner or one.owner is not None)
        ]
        return chosen

    @property
    def with_identity(self) -> bool:
        return not self.owner and self.fact in {"", Fact.INCLUSION}


@dataclass(frozen=True)
class Entry:
    """One act, as the page tells it."""

    at: datetime
    action: str
    who: str
    role: str
    site: str
    reason: str
    software: str
    request: str
    # Written straight in the database: no act of the registry signed it.
    is_outside: bool
    told: list[Told] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """What components/pagination.html reads, too."""

    rows: list[Entry]
    previous: str = ""
    following: str = ""


# --- Which acts ------------------------------------------------------------------------------


def _between(rows: "QuerySet[Any]", at: str, asked: Asked) -> "QuerySet[Any]":
    if asked.since:
        rows = rows.filter(**{f"{at}__gte": asked.since})
    if asked.until:
        rows = rows.filter(**{f"{at}__lt": asked.until})
    return rows


def _tables(enrolment: Enrolment, asked: Asked) -> Iterator[tuple[int, "QuerySet[Any]"]]:
    """The versions of each table, filtered."""
    for index, source in asked.tables:
        rows = source.versions(enrolment, asked.owner if source.owner is not None else "")
        if asked.user is not None:
            rows = rows.filter(pgh_context__user=asked.user)
        yield index, _between(rows, "pgh_created_at", asked)


def _identity_lines(enrolment: Enrolment, asked: Asked) -> "QuerySet[JournalLine]":
    lines = JournalLine.objects.filter(
        target_id=str(enrolment.patient_id),
        target_label="patients.Patient",
        action__startswith="identity.",
    )
    if asked.user is not None:
        lines = lines.filter(user_id=asked.user)
    return _between(lines, "at", asked)


def _moments(
    enrolment: Enrolment, asked: Asked, *, before: datetime | None, after: datetime | None
) -> list[tuple[datetime, int]]:
    """Instants and tables, the newest first, or from `after` on the oldest first."""
    branches = [
        rows.annotate(moment=F("pgh_created_at"), table=Value(index, IntegerField()))
        for index, rows in _tables(enrolment, asked)
    ]
    if asked.with_identity:
        lines = _identity_lines(enrolment, asked)
        branches.append(lines.annotate(moment=F("at"), table=Value(_IDENTITY, IntegerField())))
    if before:
        branches = [rows.filter(moment__lt=before) for rows in branches]
    if after:
        branches = [rows.filter(moment__gt=after) for rows in branches]
    first, *others = [rows.values_list("moment", "table").distinct() for rows in branches]
    order = ("moment", "table") if after else ("-moment", "table")
    return list(first.union(*others, all=True).order_by(*order)[: (SIZE + 1) * _ROWS_AN_ACT])


def page(enrolment: Enrolment, asked: Asked, address: Mapping[str, str]) -> Page:
    """One page of acts, the newest first; `avant` and `apres` of the address are instants."""
    before, after = (instants.read(address.get(name, "")) for name in ("avant", "apres"))
    found = _moments(enrolment, asked, before=before, after=None if before else after)
    moments = list(dict.fromkeys(at for at, _ in found))
    more, shown = len(moments) > SIZE, sorted(moments[:SIZE], reverse=True)
    backwards = bool(after and not before)
    if not shown:
        return Page([])
    kept = {(at, table) for at, table in found if at in set(shown)}
    has_previous, has_following = (more, True) if backwards else (bool(before), more)
    return Page(
        _entries(enrolment, asked, kept),
        previous=instants.address(address, "apres", shown[0]) if has_previous else "",
        following=instants.address(address, "avant", shown[-1]) if has_following else "",
    )


def everything(enrolment: Enrolment, asked: Asked) -> Iterator[Entry]:
    """Every act, page after page, the newest first: what an export holds."""
    address: dict[str, str] = {}
    while True:
        found = page(enrolment, asked, address)
        yield from found.rows
        if not found.following:
            return
        address = {"avant": found.rows[-1].at.isoformat()}


def people(enrolment: Enrolment) -> list[User]:
    """Whoever wrote something in this history. Two queries."""
    branches = [
        rows.annotate(who=KT("pgh_context__user")).values_list("who", flat=True).distinct()
        for _, rows in _tables(enrolment, Asked())
    ]
    found = branches[0].union(*branches[1:])
    users = User.objects.filter(pk__in=[int(one) for one in found if one])
    return list(users.order_by("last_name", "first_name", "pk"))


# --- What each act changed -------------------------------------------------------------------


def _entries(enrolment: Enrolment, asked: Asked, kept: set[tuple[datetime, int]]) -> list[Entry]:
    instants = {at for at, _ in kept}
    versions = [
        version
        for table in sorted({table for _, table in kept})
        for version in _versions(enrolment, asked, table, instants)
    ]
    references, key = References(), _key(enrolment)
    for version in versions:
        changes.want(version, references)
    references.load()
    return [
        _entry(at, some, references, key, enrolment)
        for (at, _, _), some in sorted(_by_act(versions).items(), reverse=True)
    ]


def _key(enrolment: Enrolment) -> DataKey | None:
    return keys.open_keys([enrolment.key_id]).get(enrolment.key_id)


def _versions(
    enrolment: Enrolment, asked: Asked, table: int, instants: set[datetime]
) -> Iterator[Version]:
    """The versions written at these instants, each with the one before. One query a table."""
    if table == _IDENTITY:
        for line in _identity_lines(enrolment, asked).filter(at__in=instants):
            yield changes.of_journal(line)
        return
    source = sources.every()[table]
    rows = source.versions(enrolment, asked.owner if source.owner is not None else "")
    touched = rows.filter(pgh_created_at__in=instants).values("pgh_obj_id")
    known = rows.filter(pgh_obj__in=touched, pgh_created_at__lte=max(instants))
    before: dict[str, Any] | None = None
    for row in known.order_by("pgh_obj_id", "pgh_id").values():
        same = before is not None and before["pgh_obj_id"] == row["pgh_obj_id"]
        if row["pgh_created_at"] in instants and _is_by(row, asked.user):
            yield Version(source, row["pgh_created_at"], row, before if same else None)
        before = row


def _is_by(row: Mapping[str, Any], user: int | None) -> bool:
    return user is None or (row["pgh_context"] or {}).get("user") == user


def _by_act(versions: Iterable[Version]) -> dict[tuple[datetime, str, str], list[Version]]:
    acts: dict[tuple[datetime, str, str], list[Version]] = {}
    for one in versions:
        context = one.context
        name = (one.at, str(context.get("request_id", "")), str(context.get("action", "")))
        acts.setdefault(name, []).append(one)
    return acts


def _entry(
    at: datetime,
    versions: Sequence[Version],
    references: References,
    key: DataKey | None,
    enrolment: Enrolment,
) -> Entry:
    context = versions[0].context
    user = references.row("accounts.User", context.get("user"))
    member = references.row("accounts.Member", context.get("actor"))
    system = "Registre (tâche automatique)" if context.get("action") else "Hors application"
    role = member.get_role_display() if member else ""
    return Entry(
        at=at,
        action=words.action(str(context.get("action") or "Écriture directe dans la base")),
        who=user.full_name if user else system,
        role=role,
        site=member.site.name if member else "",
        reason=words.reason(str(context.get("reason") or "")),
        software=str(context.get("version") or ""),
        request=str(context.get("request_id") or ""),
        is_outside=not context.get("action"),
        told=list(changes.told(versions, references, key, enrolment)),
    )
