"""Patients × visits: where each visit of each of my patients stands, and what is left to type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.http import QueryDict

from accounts.enums import Role
from core import keyset
from followup import calendar_steps, effort
from followup import rules as visits
from followup.calendar_steps import Step
from followup.enums import Standing
from patients import identity
from patients.identity import Person
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet


PAGE_SIZE = 50

_EXPECTED = {Standing.DUE, Standing.OVERDUE}


@dataclass(frozen=True)
class Line:
    """One patient: a cell a column, None where the programme plans nothing."""

    enrolment: Enrolment
    person: Person | None
    cells: list[Step | None]
    # Visits that this member may hold and that are expected.
    waiting: list[Step]
    seconds: float

    @property
    def left(self) -> str:
        """What is left to type, in words; "" for nothing."""
        return _left(len(self.waiting), self.seconds)


@dataclass(frozen=True)
class Grid(keyset.Page[Line]):
    """One page of it. `columns`: the names of the visits, in the order of the programme."""

    columns: Sequence[str] = ()

    @property
    def left(self) -> str:
        """What is left to type on this page, in words."""
        count = sum(len(line.waiting) for line in self.rows)
        return _left(count, sum(line.seconds for line in self.rows)) or "Rien à saisir"


def _left(count: int, seconds: float) -> str:
    if not count:
        return ""
    many = f"{count} consultation{'s' if count > 1 else ''} à saisir"
    return f"{many}, environ {ceil(seconds / 60)}\u00a0min" if seconds else many


def page(patients: EnrolmentQuerySet, asked: QueryDict, *, role: Role | str, today: date) -> Grid:
    """`PAGE_SIZE` patients, the most urgent first: seven queries, however many visits they have."""
    loaded = patients.select_related("patient", "indication", "site")
    found = keyset.page(loaded, ["todo", "todo_on", "pk"], asked, size=PAGE_SIZE)
    people = identity.open_many(one.patient for one in found.rows)
    calendars = calendar_steps.steps_of_many(found.rows, today)
    columns = _columns(calendars)
    medians = effort.median_seconds()
    lines = [
        _line(one, people.get(one.patient_id), calendars[one.pk], columns, role, medians)
        for one in found.rows
    ]
    return Grid(lines, found.previous, found.following, columns)


def _columns(calendars: Mapping[int, Sequence[Step]]) -> list[str]:
    """Codes of the visits that the programme plans, in the order in which they come.

    Programmes may name other visits: each code stands where the first patient who has it puts it.
    """
    names: list[str] = []
    for steps in sorted(calendars.values(), key=lambda steps: -len(_planned(steps))):
        names += [code for code in _planned(steps) if code not in names]
    return names


def _planned(steps: Sequence[Step]) -> dict[str, Step]:
    """The visits of the programme, by code."""
    return {one.visit.code: one for one in steps if one.visit and one.visit.definition_id}


def _line(
    enrolment: Enrolment,
    person: Person | None,
    steps: Sequence[Step],
    columns: Sequence[str],
    role: Role | str,
    medians: Mapping[str, float],
) -> Line:
    planned = _planned(steps)
    waiting = [
        one
        for one in steps
        if one.standing in _EXPECTED and one.visit and visits.may_enter(one.visit.holders, role)
    ]
    seconds = sum(medians.get(one.visit.kind, 0) for one in waiting if one.visit)
    cells = [planned.get(code) for code in columns]
    return Line(enrolment, person, cells, waiting, seconds)
