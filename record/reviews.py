"""Five ready reviews of the trail: a query each, its thresholds are data, its cases are links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import ExtractHour, TruncDate
from django.urls import reverse

from accounts.models import Member
from core.models import JournalLine
from followup.enums import VisitStatus
from followup.models import Visit
from patients.models import Enrolment
from pharmacies.models import Dispensation
from programmes.models import Programme
from record import words
from record.enums import ReviewKind
from record.journal import READINGS
from record.wording import References
from retention import classes
from vigilance.models import AdverseEvent


# National reviews count days and hours in Paris (design 4).
ZONE = ZoneInfo("Europe/Paris")
# Cases shown; a shorter period shows the others.
MOST = 300

PARAMETERS: dict[str, dict[str, str]] = {
    ReviewKind.LATE_ENTRIES: {"days": "Jours entre le fait et sa saisie, au-delà de"},
    ReviewKind.CHANGED_AFTER: {},
    ReviewKind.REPEATED_CHANGES: {"times": "Corrections d’un même élément, à partir de"},
    ReviewKind.NIGHT_ACTIVITY: {
        "from_hour": "De (heure)",
        "to_hour": "À (heure)",
        "acts": "Actes dans la nuit, à partir de",
    },
    ReviewKind.MASS_READING: {"records": "Dossiers ouverts en un jour, à partir de"},
}
ABOUT: dict[str, str] = {
    ReviewKind.LATE_ENTRIES: "Ce qui a été saisi longtemps après le fait.",
    ReviewKind.CHANGED_AFTER: "Ce qui a changé après la validation, et pourquoi.",
    ReviewKind.REPEATED_CHANGES: "Ce qui a été corrigé plusieurs fois.",
    ReviewKind.NIGHT_ACTIVITY: "Les comptes actifs la nuit, heure de Paris.",
    ReviewKind.MASS_READING: "Les comptes qui ont ouvert beaucoup de dossiers en un jour.",
}


@dataclass(frozen=True)
class Period:
    """Days, both included, and who looks."""

    since: date
    until: date
    member: Member

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        start = datetime.combine(self.since, time(), tzinfo=ZONE)
        return start, datetime.combine(self.until + timedelta(days=1), time(), tzinfo=ZONE)

    def within(self, at: str) -> Q:
        start, end = self.bounds
        return Q(**{f"{at}__gte": start, f"{at}__lt": end})

    def visible(self, path: str) -> Q:
        """Of the programmes of whoever looks."""
        name = f"{path}__programme__in" if path else "programme__in"
        return Q(**{name: Programme.objects.visible_to(self.member)})


@dataclass(frozen=True)
class Case:
    """Something to look at. Numbers of participations, never a name of a patient."""

    at: datetime | date
    what: str
    who: str
    record: str
    site: str
    url: str


Parameters = Mapping[str, int]


def cases(kind: str, parameters: Parameters, period: Period) -> list[Case]:
    """What a review shows, the newest first."""
    found = _QUERIES[kind](parameters, period)
    return sorted(found, key=lambda case: _instant(case.at), reverse=True)


def _instant(at: datetime | date) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(), tzinfo=ZONE)


def _journal(**query: object) -> str:
    return f"{reverse('record:journal')}?{urlencode(query)}"


def _days(day: date) -> dict[str, str]:
    return {"du": f"{day:%d/%m/%Y}", "au": f"{day:%d/%m/%Y}"}


# --- Late entries ----------------------------------------------------------------------------

# model, date of the fact, instant of the entry, path to the enrolment, author, words.
_FACTS: tuple[tuple[type[Model], str, str, str, str, str], ...] = (
    (Enrolment, "included_on", "recorded_at", "", "included_by", "Inclusion"),
    (Visit, "held_on", "recorded_at", "enrolment", "held_by", "Consultation"),
    (
        Dispensation,
        "dispensed_on",
        "recorded_at",
        "enrolment",
        "dispensed_by",
        "Dispensation",
    ),
    (AdverseEvent, "known_on", "recorded_at", "enrolment", "reported_by", "Effet indésirable"),
)


def _late(parameters: Parameters, period: Period) -> Iterator[Case]:
    for model, fact, entry, path, author, name in _FACTS:
        gap = ExpressionWrapper(
            TruncDate(entry, tzinfo=ZONE) - F(fact), output_field=DurationField()
        )
        loaded = [author, f"{author}__user", f"{author}__site", *([path] if path else [])]
        rows: QuerySet[Any] = (
            QuerySet(model)
            .annotate(gap=gap)
            .filter(
                period.within(entry),
                period.visible(path),
                gap__gt=timedelta(days=parameters["days"]),
            )
        )
        for row in rows.select_related(*loaded).order_by(f"-{entry}")[:MOST]:
            enrolment = getattr(row, path) if path else row
            member, on = getattr(row, author), getattr(row, fact)
            yield Case(
                at=getattr(row, entry),
                what=f"{name} du {on:%d/%m/%Y}, {row.gap.days} jours avant la saisie",
                who=member.user.full_name,
                record=enrolment.number,
                site=member.site.name,
                url=_journal(dossier=enrolment.public_id),
            )


# --- Changes of what was validated -----------------------------------------------------------

# label, path to the enrolment, words.
_VALIDATED: tuple[tuple[str, str, str], ...] = (
    ("followup.Visit", "enrolment", "consultation"),
    ("followup.Answers", "visit__enrolment", "réponses"),
    ("vigilance.AdverseEvent", "enrolment", "effet indésirable"),
)


def _changed(label: str, path: str, period: Period) -> "QuerySet[Any]":
    """Versions that changed what was validated already, whatever the code path."""
    versions: QuerySet[Any] = classes.versions_of(label)
    rows = versions.filter(
        period.within("pgh_created_at"), period.visible(path), pgh_label="update"
    )
    if label != "followup.Visit":
        return rows
    before = versions.filter(
        pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"), status=VisitStatus.DONE
    )
    return rows.filter(Exists(before))


def _changed_after(_parameters: Parameters, period: Period) -> Iterator[Case]:
    """One case an act, whatever it changed."""
    acts: dict[tuple[datetime, str], tuple[Mapping[str, Any], list[str]]] = {}
    for label, path, name in _VALIDATED:
        rows = _changed(label, path, period).annotate(
            number=F(f"{path}__number"), record=F(f"{path}__public_id")
        )
        told = rows.values("pgh_created_at", "pgh_context", "number", "record")
        for row in told.order_by("-pgh_created_at")[:MOST]:
            _, names = acts.setdefault((row["pgh_created_at"], row["number"]), (row, []))
            if name not in names:
                names.append(name)
    references = References()
    for row, _ in acts.values():
        references.want("accounts.Member", (row["pgh_context"] or {}).get("actor"))
    references.load()
    for row, names in acts.values():
        yield _change(row, names, references)


def _change(row: Mapping[str, Any], names: Sequence[str], references: References) -> Case:
    context = row["pgh_context"] or {}
    member = references.row("accounts.Member", context.get("actor"))
    reason = words.reason(str(context.get("reason") or "sans motif"))
    act = words.action(str(context.get("action") or "Écriture directe dans la base"))
    return Case(
        at=row["pgh_created_at"],
        what=f"{act} ({', '.join(names)}) – {reason}",
        who=member.user.full_name if member else "Registre",
        record=row["number"],
        site=member.site.name if member else "",
        url=_journal(dossier=row["record"]),
    )


def _repeated(parameters: Parameters, period: Period) -> Iterator[Case]:
    for label, path, name in _VALIDATED:
        rows = (
            _changed(label, path, period)
            .values("pgh_obj", number=F(f"{path}__number"), record=F(f"{path}__public_id"))
            .annotate(times=Count("pgh_created_at", distinct=True), place=F(f"{path}__site__name"))
            .filter(times__gte=parameters["times"])
            .order_by("-times", "number")[:MOST]
        )
        for row in rows:
            yield Case(
                at=period.until,
                what=f"{name.capitalize()}\u202f: {row['times']} corrections",
                who="",
                record=row["number"],
                site=row["place"],
                url=_journal(dossier=row["record"]),
            )


# --- What accounts do ------------------------------------------------------------------------


def _by_account(rows: "QuerySet[Any]", tell: Callable[[int], str]) -> Iterator[Case]:
    """One case an account and a day; the rows hold day, user_id, actor_id and times."""
    found, references = list(rows[:MOST]), References()
    for row in found:
        references.want("accounts.User", row["user_id"])
        references.want("accounts.Member", row["actor_id"])
    references.load()
    for row in found:
        user = references.row("accounts.User", row["user_id"])
        member = references.row("accounts.Member", row["actor_id"])
        account = {"compte": user.public_id} if user else {}
        yield Case(
            at=row["day"],
            what=tell(row["times"]),
            who=user.full_name if user else "Compte effacé",
            record="",
            site=member.site.name if member else "",
            url=_journal(**account, **_days(row["day"])),
        )


def _lines(period: Period) -> "QuerySet[Any]":
    lines: QuerySet[Any] = JournalLine.objects.filter(period.within("at"), user_id__isnull=False)
    by_day: QuerySet[Any] = lines.annotate(day=TruncDate("at", tzinfo=ZONE))
    return by_day


def _night(parameters: Parameters, period: Period) -> Iterator[Case]:
    start, end = parameters["from_hour"], parameters["to_hour"]
    dark = Q(hour__gte=start) | Q(hour__lt=end) if start > end else Q(hour__range=(start, end - 1))
    rows = (
        _lines(period)
        .annotate(hour=ExtractHour("at", tzinfo=ZONE))
        .filter(dark)
        .values("day", "user_id", "actor_id")
        .annotate(times=Count("pk"))
        .filter(times__gte=parameters["acts"])
        .order_by("-day", "-times", "user_id")
    )
    yield from _by_account(rows, lambda times: f"{times} actes entre {start} h et {end} h")


def _mass(parameters: Parameters, period: Period) -> Iterator[Case]:
    rows = (
        _lines(period)
        .filter(action__in=READINGS)
        .exclude(subject="")
        .values("day", "user_id", "actor_id")
        .annotate(times=Count("subject", distinct=True))
        .filter(times__gte=parameters["records"])
        .order_by("-day", "-times", "user_id")
    )
    yield from _by_account(rows, lambda times: f"{times} dossiers ouverts dans la journée")


_QUERIES: dict[str, Callable[[Parameters, Period], Iterator[Case]]] = {
    ReviewKind.LATE_ENTRIES: _late,
    ReviewKind.CHANGED_AFTER: _changed_after,
    ReviewKind.REPEATED_CHANGES: _repeated,
    ReviewKind.NIGHT_ACTIVITY: _night,
    ReviewKind.MASS_READING: _mass,
}
