"""Where each visit of a patient stands, for the timeline and the tables: one query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from accounts import closures
from core.closed_days import ClosedDays, nearest_open
from followup import rules
from followup.enums import Standing, VisitStatus
from followup.models import Visit
from patients.models import Enrolment


# States of `components/timeline.html`.
STATES = {
    Standing.DONE: "done",
    Standing.DUE: "due",
    Standing.OVERDUE: "late",
    Standing.UPCOMING: "future",
    Standing.MISSED: "missed",
    Standing.CLOSED: "na",
}


ORDER = ("due_on", "pk")

# Whoever comes to hold a visit arrives at its form: the next key is in its first field (ADR 0133).
TO_FORM = "#formulaire"


@dataclass(frozen=True)
class Step:
    """One visit, as lists show it."""

    visit: Visit | None
    label: str
    standing: Standing
    on: date
    days_late: int = 0
    # The place is closed on that day: the open day that is proposed, if the window holds one.
    is_closed: bool = False
    proposed_on: date | None = None

    @property
    def state(self) -> str:
        return STATES[self.standing]

    @property
    def url(self) -> str:
        """Where it opens: a visit to come has nothing to show yet."""
        if self.visit is None or self.standing in {Standing.UPCOMING, Standing.CLOSED}:
            return ""
        address = reverse("followup:visit", args=[self.visit.public_id])
        to_hold = self.standing in {Standing.DUE, Standing.OVERDUE}
        return f"{address}{TO_FORM}" if to_hold else address

    @property
    def word(self) -> str:
        """«En retard de 12 j»; "" for the usual word of the state."""
        return f"En retard de {self.days_late}\u00a0j" if self.days_late else ""


def steps(enrolment: Enrolment, today: date) -> list[Step]:
    """Every visit of the patient, by date. One query."""
    visits = enrolment.visits.select_related("held_by__user", "definition").order_by(*ORDER)
    return _steps(list(visits), today)


def with_closures(found: Sequence[Step], enrolment: Enrolment, today: date) -> list[Step]:
    """The same, with the days on which the structure is closed. One query."""
    closed = closures.of_site(enrolment.site, since=today)
    return [_beside_closures(step, closed, today) for step in found]


def _beside_closures(step: Step, closed: ClosedDays, today: date) -> Step:
    """A visit that was given a day on which the place is closed, with the day proposed."""
    visit = step.visit
    if visit is None or visit.status != VisitStatus.PLANNED or step.on < today:
        return step
    if not closed.holds(step.on):
        return step
    first = max(visit.opens_on, today)
    proposed = nearest_open(step.on, closed, first=first, last=visit.closes_on)
    return replace(step, is_closed=True, proposed_on=proposed)


def steps_of_many(enrolments: Iterable[Enrolment], today: date) -> dict[int, list[Step]]:
    """The same for several patients, by key of their participation.

    Two queries: definitions are few, and each visit reads in its own who may hold it.
    """
    found: dict[int, list[Visit]] = {one.pk: [] for one in enrolments}
    visits = Visit.objects.filter(enrolment__in=found).prefetch_related("definition")
    for visit in visits.order_by(*ORDER):
        found[visit.enrolment_id].append(visit)
    return {key: _steps(visits, today) for key, visits in found.items()}


def _steps(visits: Sequence[Visit], today: date) -> list[Step]:
    return [_step(visit, visits[i + 1 :], today) for i, visit in enumerate(visits)]


def _step(visit: Visit, after: Sequence[Visit], today: date) -> Step:
    later = [_expected(one) for one in after if _may_supersede(one, visit)]
    standing = rules.standing(_expected(visit), today=today, later=later)
    late = rules.days_late(visit.closes_on, today) if standing == Standing.OVERDUE else 0
    return Step(visit, visit.label, standing, visit.held_on or visit.due_on, late)


def _may_supersede(later: Visit, visit: Visit) -> bool:
    """A visit of the calendar gives way to a later one of the calendar only."""
    if later.definition_id is not None:
        return True
    return visit.definition_id is None and later.due_on > visit.due_on


def _expected(visit: Visit) -> rules.Expected:
    status = VisitStatus(visit.status)
    return rules.Expected(status, visit.due_on, visit.opens_on, visit.closes_on)


def urgent_first(found: Sequence[Step]) -> list[Step]:
    """What is expected, then what is past, the newest first, then what is to come."""
    expected = [step for step in found if step.standing in {Standing.DUE, Standing.OVERDUE}]
    to_come = [step for step in found if step.standing == Standing.UPCOMING]
    past = [step for step in found if step not in expected and step not in to_come]
    return [*expected, *sorted(past, key=lambda step: step.on, reverse=True), *to_come]


def timeline(enrolment: Enrolment, found: Sequence[Step]) -> list[Step]:
    """M0, the visits of the programme, and the appointment to come: what the timeline draws."""
    inclusion = Step(None, "M0", Standing.DONE, enrolment.included_on)
    shown = [step for step in found if step.visit and _is_drawn(step.visit)]
    return [inclusion, *shown]


def _is_drawn(visit: Visit) -> bool:
    return visit.definition_id is not None or visit.status == VisitStatus.PLANNED
