"""What people did, from the journal: who opened a record, what an account saw, everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils.dateparse import parse_date

from accounts.models import User
from core.models import JournalLine
from core.text import utc_offset
from patients.models import Enrolment
from record import instants, wording, words
from record.wording import References


# Lines on a page.
SIZE = 50
# Days on a page of accesses.
DAYS = 30
# Lines of a file whose names are read together.
CHUNK = 2000

# What shows something of a patient to whoever does it.
READINGS = (
    "patient.viewed",
    "glass.broken",
    "identity.compared",
    "nir.revealed",
    "consent.proof_read",
    "plan.read",
    "prescription.presented",
    "prescription.read",
    "prescription.printed",
    "dispensation.sheet_viewed",
    "dispensation.viewed",
    "dispensation.intervention_read",
    "event.viewed",
    "visit.letter_read",
    "certificate.printed",
    "certificate.presented",
    "certificate.read",
    "booklet.printed",
    "relief.printed",
    "history.exported",
    "accesses.printed",
)


@dataclass(frozen=True)
class Asked:
    """Which lines: nothing said, all of them."""

    user: User | None = None
    enrolment: Enrolment | None = None
    actions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def lines(self) -> "QuerySet[JournalLine]":
        found = JournalLine.objects.all()
        if self.user is not None:
            found = found.filter(user_id=self.user.pk)
        if self.enrolment is not None:
            found = found.filter(subject=str(self.enrolment.public_id))
        if self.actions:
            found = found.filter(action__in=self.actions)
        if self.since:
            found = found.filter(at__gte=self.since)
        if self.until:
            found = found.filter(at__lt=self.until)
        return found


@dataclass(frozen=True)
class Line:
    """A line of the journal, as a page shows it. Never a name of a patient."""

    at: datetime
    action: str
    who: str
    user: User | None
    role: str
    site: str
    # Number of the participation, "" when the line concerns none.
    record: str
    enrolment: Enrolment | None
    detail: str
    request: str


@dataclass(frozen=True)
class Page:
    rows: list[Line]
    previous: str = ""
    following: str = ""


def page(asked: Asked, address: Mapping[str, str]) -> Page:
    """One page of lines, the newest first, cut between two instants. Five queries."""
    before, after = (instants.read(address.get(name, "")) for name in ("avant", "apres"))
    lines = asked.lines()
    backwards = after is not None and before is None
    if before:
        lines = lines.filter(at__lt=before)
    elif after:
        lines = lines.filter(at__gt=after)
    order = ("at", "pk") if backwards else ("-at", "-pk")
    found = list(lines.order_by(*order)[: SIZE + 1])
    shown, more = _cut(found), len(found) > SIZE
    if backwards:
        shown.reverse()
    if not shown:
        return Page([])
    has_previous, has_following = (more, True) if backwards else (before is not None, more)
    return Page(
        told(shown),
        previous=instants.address(address, "apres", shown[0].at) if has_previous else "",
        following=instants.address(address, "avant", shown[-1].at) if has_following else "",
    )


def _cut(found: Sequence[JournalLine]) -> list[JournalLine]:
    """Whole instants: lines of one instant stand on one page."""
    if len(found) <= SIZE:
        return list(found)
    whole = [line for line in found[:SIZE] if line.at != found[SIZE].at]
    return whole or list(found[:SIZE])


def told(lines: Sequence[JournalLine]) -> list[Line]:
    """The lines in words. Three queries, however many lines."""
    references = References()
    for line in lines:
        references.want("accounts.User", line.user_id)
        references.want("accounts.Member", line.actor_id)
    references.load()
    subjects = {line.subject for line in lines if line.subject}
    enrolments = {
        str(one.public_id): one for one in Enrolment.objects.filter(public_id__in=subjects)
    }
    return [_line(line, references, enrolments) for line in lines]


def _line(line: JournalLine, references: References, enrolments: Mapping[str, Enrolment]) -> Line:
    user = references.row("accounts.User", line.user_id)
    member = references.row("accounts.Member", line.actor_id)
    system = "Registre" if line.role == "SYSTEM" else "Inconnu"
    enrolment = enrolments.get(line.subject)
    return Line(
        at=line.at,
        action=words.action(line.action),
        who=user.full_name if user else system,
        user=user,
        role=member.get_role_display() if member else "",
        site=member.site.name if member else "",
        record=enrolment.number if enrolment else "",
        enrolment=enrolment,
        detail=words.detail(line.detail),
        request=line.request_id,
    )


def everything(asked: Asked) -> Iterator[Line]:
    """Every line, the newest first: what a file holds."""
    some: list[JournalLine] = []
    for line in asked.lines().order_by("-at", "-pk").iterator(chunk_size=CHUNK):
        some.append(line)
        if len(some) == CHUNK:
            yield from told(some)
            some = []
    yield from told(some)


# --- Who opened this record ------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """What one person did with a record on one day."""

    day: date
    first: datetime
    last: datetime
    who: str
    role: str
    # The role as somebody who is not of the trade reads it.
    plain_role: str
    site: str
    what: list[str]


@dataclass(frozen=True)
class Accesses:
    rows: list[Access]
    previous: str = ""
    following: str = ""


def accesses(
    enrolment: Enrolment, address: Mapping[str, str], *, zone: tzinfo, days: int = DAYS
) -> Accesses:
    """Whoever opened the record or wrote in it, day after day, the newest first. Three queries."""
    lines = JournalLine.objects.filter(
        subject=str(enrolment.public_id), user_id__isnull=False
    ).annotate(day=TruncDate("at", tzinfo=zone))
    before = _day(address.get("avant", ""))
    if before:
        lines = lines.filter(day__lt=before)
    wanted = list(lines.order_by("-day").values_list("day", flat=True).distinct()[: days + 1])
    if not wanted:
        return Accesses([])
    shown = wanted[:days]
    grouped = (
        lines.filter(day__gte=shown[-1])
        .values("day", "user_id", "actor_id", "action")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-day", "user_id", "actor_id", "first")
    )
    following = instants.address(address, "avant", shown[-1]) if len(wanted) > days else ""
    return Accesses(_accesses(list(grouped)), following=following)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _accesses(grouped: Sequence[Mapping[str, Any]]) -> list[Access]:
    references = References()
    by_person: dict[tuple[date, int, int | None], list[Mapping[str, Any]]] = {}
    for row in grouped:
        references.want("accounts.User", row["user_id"])
        references.want("accounts.Member", row["actor_id"])
        by_person.setdefault((row["day"], row["user_id"], row["actor_id"]), []).append(row)
    references.load()
    found = [_access(key, rows, references) for key, rows in by_person.items()]
    return sorted(found, key=lambda one: one.first, reverse=True)


def _access(
    key: tuple[date, int, int | None], rows: Sequence[Mapping[str, Any]], references: References
) -> Access:
    day, user_id, actor_id = key
    member = references.row("accounts.Member", actor_id)
    role = member.role if member else ""
    return Access(
        day=day,
        first=min(row["first"] for row in rows),
        last=max(row["last"] for row in rows),
        who=references.name("accounts.User", user_id),
        role=wording.member_role(member) if member else "",
        plain_role=words.plain_role(role),
        site=member.site.name if member else "",
        what=[_times(words.action(row["action"]), row["times"]) for row in rows],
    )


def _times(text: str, times: int) -> str:
    return f"{text} ({times}\u00a0fois)" if times > 1 else text


# --- What an account saw ---------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A record that somebody opened."""

    enrolment: Enrolment
    times: int
    first: datetime
    last: datetime


# Records told; a period is chosen for more.
MOST_SEEN = 500


def seen(user: User, asked: Asked) -> list[Seen]:
    """The records that an account opened or wrote in, the last one first. Two queries."""
    grouped = (
        asked.lines()
        .filter(user_id=user.pk)
        .exclude(subject="")
        .values("subject")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-last")[:MOST_SEEN]
    )
    rows = {row["subject"]: row for row in grouped}
    found = Enrolment.objects.filter(public_id__in=list(rows)).select_related("site")
    enrolments = {str(one.public_id): one for one in found}
    return [
        Seen(enrolments[subject], row["times"], row["first"], row["last"])
        for subject, row in rows.items()
        if subject in enrolments
    ]


def rows_of(lines: Iterable[Line], zone: tzinfo) -> Iterator[list[object]]:
    """A line of a file for each line of the journal."""
    for line in lines:
        at = line.at.astimezone(zone)
        yield [
            f"{at:%d/%m/%Y %H:%M:%S}", utc_offset(at), line.action, line.who, line.role, line.site,
            line.record, line.detail, line.request,
        ]  # fmt: skip
