"""What each patient of the cohort takes, from when to when: pure, drawn from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from recann.cohort.plan import Course
from recann.cohort.reference import Medicine, Reference


# Narcotics: 28 days; since 27 March 2023 a pure-CBD oil may be prescribed for longer.
NARCOTIC_DAYS = 28
ORDINARY_DAYS = 84
# Press, February 2023: CBD first, THC added around the third month.
THC_AFTER_DAYS = 85
# A pipette measures it.
MEASURED = Decimal("0.05")
# Days of each step up to the dose of a medicine, and the part of the dose taken (own choice).
STEP_DAYS = 7
RISE = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))
# Part of the dose, by how it goes: raised in vain, lowered when it disturbs, adapted after a while.
RAISED = (Decimal(1), Decimal("1.25"), Decimal("1.5"), Decimal(2))
LOWERED, ADAPTED = Decimal("0.5"), Decimal("1.25")
ADAPTED_FROM_DAYS = 150


@dataclass(frozen=True)
class Dose:
    """So much an intake, two intakes a day, for so many days."""

    units: Decimal
    days: int


@dataclass(frozen=True)
class Treatment:
    """One prescription: a medicine, its doses one after the other, two intakes a day."""

    medicine: Medicine
    starts_on: date
    doses: tuple[Dose, ...]
    is_narcotic: bool

    @property
    def days(self) -> int:
        return sum(one.days for one in self.doses)

    @property
    def quantity(self) -> Decimal:
        return self.due(0, self.days)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.days - 1)

    def due(self, first: int, days: int) -> Decimal:
        """What `days` days take, from day `first` of the prescription on; its own first is 0."""
        total, before = Decimal(0), 0
        for one in self.doses:
            inside = min(before + one.days, first + days) - max(before, first)
            total += one.units * 2 * max(inside, 0)
            before += one.days
        return total

    def a_day(self, on: date) -> Decimal:
        """Units taken that day; the last dose afterwards."""
        left = (on - self.starts_on).days
        for one in self.doses:
            if left < one.days:
                return one.units * 2
            left -= one.days
        return self.doses[-1].units * 2


@dataclass(frozen=True)
class Taste:
    """How one patient is treated: second medicine and doses (own choice: none is published)."""

    second: str
    first_dose: Decimal
    second_dose: Decimal
    # A dose that suits is raised once, later.
    is_adapted: bool


SECONDS = ("CBD50", "CBD50", "LGP-1-20", "T10C10", "T10C10", "T25C25")
DOSES = (Decimal("0.2"), Decimal("0.3"), Decimal("0.4"), Decimal("0.5"), Decimal("0.6"))
THC_DOSES = (Decimal("0.2"), Decimal("0.25"), Decimal("0.3"), Decimal("0.5"))


def taste(course: Course, drawn: random.Random) -> Taste:
    second = "CBD50" if course.group == "EPI" else drawn.choice(SECONDS)
    doses = THC_DOSES if second.startswith("T") else DOSES
    return Taste(second, drawn.choice(DOSES), drawn.choice(doses), drawn.random() < 0.4)


def treatments(
    course: Course, taken: Taste, known: Reference, today: date, drawn: random.Random
) -> Iterator[Treatment]:
    """One after the other, without overlap, until the patient leaves or until today.

    One in ten of those followed waits for a renewal.
    """
    last = course.ended_on or today
    if course.ended_on is None and drawn.random() < 0.1:
        last = today - timedelta(days=drawn.randint(1, 25))
    day, before, renewals = course.treated_on, None, 0
    while day < last or day == course.treated_on:
        changed = (day - course.treated_on).days >= THC_AFTER_DAYS
        code = taken.second if changed else "CBD50"
        medicine = known.medicines[code]
        is_narcotic = medicine.is_narcotic(day)
        renewals = renewals + 1 if code == before else 0
        target = taken.second_dose if changed else taken.first_dose
        days = NARCOTIC_DAYS if is_narcotic else ORDINARY_DAYS
        doses = _doses(target * _part(course, taken, day, renewals), days, rises=code != before)
        one = Treatment(medicine, day, doses, is_narcotic)
        yield one
        before = code
        day = one.ends_on + timedelta(days=1 + drawn.choice((0, 0, 0, 0, 1, 2)))


def _part(course: Course, taken: Taste, on: date, renewals: int) -> Decimal:
    """Part of the usual dose: more and more for whom nothing relieves, half of it after harm."""
    if course.reason == "ADVERSE_EVENT":
        return LOWERED if course.event_on and course.event_on < on else Decimal(1)
    if course.reason == "INEFFICACY":
        return RAISED[min(renewals, len(RAISED) - 1)]
    is_late = (on - course.treated_on).days >= ADAPTED_FROM_DAYS
    return ADAPTED if taken.is_adapted and is_late else Decimal(1)


def _doses(target: Decimal, days: int, *, rises: bool) -> tuple[Dose, ...]:
    """Up to the dose week after week when the medicine is new, else the dose."""
    full = _measured(target)
    if not rises:
        return (Dose(full, days),)
    steps: list[Dose] = []
    for part in RISE:
        units = _measured(target * part)
        if units < full and (not steps or steps[-1].units < units):
            steps.append(Dose(units, STEP_DAYS))
    return (*steps, Dose(full, days - STEP_DAYS * len(steps)))


def _measured(units: Decimal) -> Decimal:
    return (units / MEASURED).to_integral_value(ROUND_UP) * MEASURED
