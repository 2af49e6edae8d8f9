"""My patients, urgent first: what each one waits for, computed by the database."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.http import QueryDict
from django.urls import reverse

from accounts.models import Member
from core import keyset
from core.identifiers import read_code
from followup import rules as visits
from followup.calendar_steps import TO_FORM
from followup.enums import VisitStatus
from followup.models import Visit
from patients import identity
from patients.identity import Person
from patients.models import Enrolment
from patients.models.enrolment import LIVE, EnrolmentQuerySet
from prescriptions import running
from record import narrowed
from record.enums import Shown, Todo


# Days ahead that the list announces.
SOON_DAYS = 15

PAGE_SIZE = 50

# Where the list sorts a patient without any date.
_NEVER = date(9999, 1, 1)


@dataclass(frozen=True)
class Filters:
    """What was asked of the list; an empty part filters nothing."""

    todo: str = ""
    shown: str = Shown.ALL
    # Label: the same indication may be open in two programmes.
    indication: str = ""


def waiting(member: Member, today: date) -> EnrolmentQuerySet:
    """The member's patients with what they wait for:

    `run_ends` (`prescriptions.running.ends`), `visit_on`, `visit_closes_on`, `visit_code`,
    `visit_key` (the expected visit), `coming_on`, `coming_code` (the next one), then `todo` and
    `todo_on`, by which the list is sorted.
    """
    theirs = Visit.objects.entered_by(member.role).filter(enrolment=OuterRef("pk"))
    expected = theirs.expected(today).order_by("-due_on", "-pk")
    coming = theirs.filter(status=VisitStatus.PLANNED, opens_on__gt=today).order_by("due_on", "pk")
    return (
        Enrolment.objects.visible_to(member)
        .annotate(
            run_ends=running.ends(today),
            visit_on=Subquery(expected.values("due_on")[:1]),
            visit_closes_on=Subquery(expected.values("closes_on")[:1]),
            visit_code=Subquery(expected.values("code")[:1]),
            visit_key=Subquery(expected.values("public_id")[:1]),
            coming_on=Subquery(coming.values("due_on")[:1]),
            coming_code=Subquery(coming.values("code")[:1]),
        )
        .annotate(todo=_todo(today), todo_on=_todo_on(today))
    )


def _todo(today: date) -> Case:
    """Renewals first, then expected visits, then what comes; nothing for those who left."""
    return Case(
        When(~Q(state__in=LIVE) | Q(merged_into__isnull=False), then=Value(Todo.NOTHING)),
        When(_renewal_is_due(today), then=Value(Todo.RENEWAL)),
        When(visit_on__isnull=False, then=Value(Todo.VISIT)),
        default=Value(Todo.LATER),
        output_field=IntegerField(),
    )


def _renewal_is_due(today: date) -> Q:
    return Q(run_ends=None) | Q(run_ends__lte=today + timedelta(days=visits.RENEWAL_DAYS))


def _todo_on(today: date) -> Case:
    never = Value(_NEVER, output_field=DateField())
    return Case(
        When(
            ~Q(state__in=LIVE) | Q(merged_into__isnull=False), then=Coalesce(F("ended_on"), never)
        ),
        When(_renewal_is_due(today), then=Coalesce(F("run_ends"), F("included_on"))),
        # What is late first: windows differ, and lateness counts from their end.
        When(visit_on__isnull=False, then=F("visit_closes_on")),
        default=Least(F("run_ends"), Coalesce(F("coming_on"), never)),
        output_field=DateField(),
    )


def filtered(
    patients: EnrolmentQuerySet, asked: Filters, member: Member, today: date
) -> EnrolmentQuerySet:
    """Keep what was asked of `waiting`, whose columns mypy does not know."""
    if asked.shown == Shown.FOLLOWED:
        patients = patients.live()
    elif asked.shown == Shown.LEFT:
        patients = patients.exclude(state__in=LIVE)
    if asked.indication:
        patients = patients.filter(indication__label=asked.indication)
    match asked.todo:
        case "renewal":
            return patients.filter(todo=Todo.RENEWAL)  # type: ignore[misc]
        case "late":
            return patients.filter(visit_closes_on__lt=today, state__in=LIVE)  # type: ignore[misc]
        case "week":
            return patients.filter(_this_week(today), state__in=LIVE)
        case "soon":
            return patients.filter(_soon(today), state__in=LIVE)
    return narrowed.kept(patients, asked.todo, member, today)


def found(
    patients: EnrolmentQuerySet, member: Member, *, typed: str, birth_date: date | None
) -> EnrolmentQuerySet:
    """Keep the one of that number, else those of that name, within the member's own."""
    if number := read_code(typed):
        return patients.filter(number=number)
    named = identity.search(member, name=typed, birth_date=birth_date)
    return patients.filter(pk__in=named.values("pk"))


def _this_week(today: date) -> Q:
    """A visit expected and not late, or one whose day comes by Sunday."""
    sunday = today + timedelta(days=7 - today.isoweekday())
    return Q(visit_closes_on__gte=today) | Q(visit_on=None, coming_on__lte=sunday)


def _soon(today: date) -> Q:
    """A visit expected and not late, or one that comes within `SOON_DAYS`."""
    ahead = today + timedelta(days=SOON_DAYS)
    return Q(visit_closes_on__gte=today) | Q(visit_on=None, coming_on__lte=ahead)


@dataclass(frozen=True)
class Counts:
    renewals: int
    late: int
    soon: int
    followed: int
    silent: int = 0

    def kpis(self) -> list[dict[str, object]]:
        """Clickable counters: components/kpis.html."""
        return [*self._waiting(), *self._people()]

    def _waiting(self) -> list[dict[str, object]]:
        return [
            {
                "number": self.renewals,
                "label": _counted(self.renewals, "traitement", "à renouveler"),
                "url": "?a_faire=renewal",
                "warn": self.renewals > 0,
            },
            {
                "number": self.late,
                "label": _counted(self.late, "consultation", "en retard"),
                "url": "?a_faire=late",
                "warn": self.late > 0,
            },
            {
                "number": self.soon,
                "label": _counted(self.soon, "consultation", f"sous {SOON_DAYS} jours"),
                "url": "?a_faire=soon",
            },
        ]

    def _people(self) -> list[dict[str, object]]:
        return [
            {
                "number": self.silent,
                "label": _counted(self.silent, "patient", "sans nouvelles"),
                "url": "?a_faire=silent",
                "warn": self.silent > 0,
            },
            {
                "number": self.followed,
                "label": _counted(
                    self.followed, "patient", "suivi" if self.followed < 2 else "suivis"
                ),
                "url": "?patients=suivis",
            },
        ]


def _counted(number: int, noun: str, rest: str) -> str:
    """What follows a number: in French the plural begins at two."""
    return f"{noun if number < 2 else noun + 's'} {rest}"


def counts(member: Member, today: date) -> Counts:
    """What waits among the patients followed: one query."""
    found = (
        waiting(member, today)
        .live()
        .annotate(is_silent=Case(When(narrowed.silent(today), then=True), default=False))
        .aggregate(
            renewals=Count("pk", filter=Q(todo=Todo.RENEWAL)),
            late=Count("pk", filter=Q(visit_closes_on__lt=today)),
            soon=Count("pk", filter=_soon(today)),
            followed=Count("pk"),
            silent=Count("pk", filter=Q(is_silent=True)),
        )
    )
    return Counts(**found)


@dataclass(frozen=True)
class Row:
    """A patient of the list, and who it is (None once erased)."""

    enrolment: Enrolment
    person: Person | None
    today: date

    @property
    def badge(self) -> str:
        """Kind of the badge of its state: components/badge.html."""
        return {"ACTIVE": "success", "WEANING": "warning"}.get(self.enrolment.state, "")

    @property
    def renewal(self) -> tuple[str, str] | None:
        """State and words of the treatment; None for those who left."""
        if not self.enrolment.is_live:
            return None
        ends: date | None = self._found("run_ends")
        if ends is None:
            return "late", "Première prescription à faire"
        if ends < self.today:
            return "late", f"Sans traitement depuis le {ends:%d/%m/%Y}"
        if self._found("todo") == Todo.RENEWAL:
            return "due", f"À renouveler avant le {ends:%d/%m/%Y}"
        return "future", f"Traitement jusqu’au {ends:%d/%m/%Y}"

    @property
    def visit(self) -> tuple[str, str] | None:
        """State and words of the visit: expected, else the next one."""
        due: date | None = self._found("visit_on")
        if not self.enrolment.is_live:
            return None
        if due is None:
            return self._coming()
        name = self._found("visit_code") or "Consultation"
        late = visits.days_late(self._found("visit_closes_on"), self.today)
        if late:
            return "late", f"{name} en retard de {late} j"
        return "due", f"{name} à faire vers le {due:%d/%m/%Y}"

    @property
    def visit_url(self) -> str:
        """The form of the visit that is expected: one click from the list."""
        key = self._found("visit_key")
        if not key or not self.enrolment.is_live:
            return ""
        return f"{reverse('followup:visit', args=[key])}{TO_FORM}"

    def _coming(self) -> tuple[str, str] | None:
        coming: date | None = self._found("coming_on")
        if coming is None:
            return None
        return "future", f"{self._found('coming_code') or 'Consultation'} le {coming:%d/%m/%Y}"

    @property
    def news(self) -> str:
        """Since when nobody has seen the patient, where that was asked."""
        seen: date | None = getattr(self.enrolment, "last_seen_on", None)
        if seen is None:
            return ""
        return f"Vu pour la dernière fois le {seen:%d/%m/%Y}"

    def _found(self, name: str) -> Any:  # noqa: ANN401  a column that `waiting` annotates
        return getattr(self.enrolment, name)


@dataclass(frozen=True)
class Patients(keyset.Page[Row]):
    """One page of the list."""

    @property
    def said(self) -> str:
        """How many patients stand on this page, in words."""
        many = len(self.rows)
        shown = f"{many} patient{'s' if many > 1 else ''}"
        paged = " sur cette page" if self.previous or self.following else ""
        return f"{shown}{paged}, les plus urgents d’abord"


def page(patients: EnrolmentQuerySet, asked: QueryDict, today: date) -> Patients:
    """`PAGE_SIZE` patients from where the address says on, names opened together."""
    loaded = patients.select_related("patient", "indication", "site")
    found = keyset.page(loaded, ["todo", "todo_on", "pk"], asked, size=PAGE_SIZE)
    people = identity.open_many(one.patient for one in found.rows)
    rows = [Row(one, people.get(one.patient_id), today) for one in found.rows]
    return Patients(rows, found.previous, found.following)
