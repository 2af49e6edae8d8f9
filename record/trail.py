"""The history of a participation, act by act: who, when, what changed, why.

A transaction is one instant in every table of history, so the instant is the key of the pages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from accounts.models import User
from core import keys
from core.keys import DataKey
from patients.models import Enrolment
from record import changes, instants, touched, words
from record.changes import Told, Version
from record.enums import Fact
from record.sources import Source
from record.touched import Touch, Touched
from record.wording import References


# Acts on a page.
SIZE = 20


@dataclass(frozen=True)
class Asked:
    """Which part of the history: nothing said, all of it."""

    fact: str = ""
    user: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def keeps(self, one: Touch) -> bool:
        return (
            self.is_of(one.source)
            and self.is_by(one.user)
            and (self.since is None or one.at >= self.since)
            and (self.until is None or one.at < self.until)
        )

    def is_of(self, source: Source | None) -> bool:
        return not self.fact or self.fact == (source.fact if source else Fact.INCLUSION)

    def is_by(self, user: int | None) -> bool:
        return self.user is None or self.user == user


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


def page(written: Touched, asked: Asked, address: Mapping[str, str]) -> Page:
    """One page of acts, the newest first; `avant` and `apres` of the address are instants."""
    kept = [one for one in written.touches if asked.keeps(one)]
    moments = sorted({one.at for one in kept}, reverse=True)
    first = _first(moments, address)
    shown = moments[first : first + SIZE]
    if not shown:
        return Page([])
    on_page = [one for one in kept if shown[-1] <= one.at <= shown[0]]
    more = len(moments) > first + SIZE
    return Page(
        _entries(written, asked, on_page),
        previous=instants.address(address, "apres", shown[0]) if first else "",
        following=instants.address(address, "avant", shown[-1]) if more else "",
    )


def _first(moments: Sequence[datetime], address: Mapping[str, str]) -> int:
    """Where the page begins: after the instant `avant`, or so as to end before `apres`."""
    before, after = (instants.read(address.get(name, "")) for name in ("avant", "apres"))
    if before:
        return sum(moment >= before for moment in moments)
    if after:
        return max(sum(moment > after for moment in moments) - SIZE, 0)
    return 0


def everything(written: Touched, asked: Asked) -> Iterator[Entry]:
    """Every act, page after page, the newest first: what an export holds."""
    address: dict[str, str] = {}
    while True:
        found = page(written, asked, address)
        yield from found.rows
        if not found.following:
            return
        address = {"avant": found.rows[-1].at.isoformat()}


def people(written: Touched) -> list[User]:
    """Whoever wrote something in this history. One query."""
    users = User.objects.filter(pk__in={one.user for one in written.touches if one.user})
    return list(users.order_by("last_name", "first_name", "pk"))


# --- What each act changed -------------------------------------------------------------------


def _entries(written: Touched, asked: Asked, kept: Sequence[Touch]) -> list[Entry]:
    rows: dict[int, set[Touch]] = {}
    for one in kept:
        rows.setdefault(one.table, set()).add(one)
    versions = [
        version for table in sorted(rows) for version in _versions(written, asked, rows[table])
    ]
    enrolment = written.enrolment
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


def _versions(written: Touched, asked: Asked, kept: set[Touch]) -> Iterator[Version]:
    """These versions of one table, each with the one before. One query."""
    at = {one.at for one in kept}
    source = next(iter(kept)).source
    span = replace(written.span, until=max(at))
    if source is None:
        lines = touched.identity_lines(written.enrolment, span).filter(at__in=at)
        yield from map(changes.of_journal, lines)
        return
    known = touched.versions(source, sorted({one.row for one in kept}), span)
    before: dict[str, Any] | None = None
    for row in known.order_by("pgh_obj_id", "pgh_id").values():
        same = before is not None and before["pgh_obj_id"] == row["pgh_obj_id"]
        if row["pgh_created_at"] in at and asked.is_by((row["pgh_context"] or {}).get("user")):
            yield Version(source, row["pgh_created_at"], row, before if same else None)
        before = row


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
