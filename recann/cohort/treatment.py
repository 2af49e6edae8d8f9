"""What each patient of the cohort takes, from when to when: pure, drawn from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recann.cohort.plan import Course
from recann.cohort.reference import Medicine, Reference


# Narcotics: 28 days; since 27 March 2023 a pure-CBD oil may be prescribed for longer.
NARCOTIC_DAYS = 28
ORDINARY_DAYS = 84
# Press, February 2023: CBD first, THC added around the third month.
THC_AFTER_DAYS = 85


@dataclass(frozen=True)
class Treatment:
    """One prescription: a medicine, its daily dose in two intakes, its days."""

    medicine: Medicine
    starts_on: date
    days: int
    dose: Decimal
    is_narcotic: bool

    @property
    def quantity(self) -> Decimal:
        return self.dose * 2 * self.days

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Taste:
    """How one patient is treated: second medicine and doses (own choice: none is published)."""

    second: str
    first_dose: Decimal
    second_dose: Decimal
    # How much a symptom falls in six months, from 0 to 1.
    relief: float


SECONDS = ("CBD50", "CBD50", "LGP-1-20", "T10C10", "T10C10", "T25C25")
DOSES = (Decimal("0.2"), Decimal("0.3"), Decimal("0.4"), Decimal("0.5"), Decimal("0.6"))
THC_DOSES = (Decimal("0.2"), Decimal("0.25"), Decimal("0.3"), Decimal("0.5"))


def taste(course: Course, drawn: random.Random) -> Taste:
    second = "CBD50" if course.group == "EPI" else drawn.choice(SECONDS)
    doses = THC_DOSES if second.startswith("T") else DOSES
    left_unrelieved = course.reason == "INEFFICACY"
    relief = drawn.uniform(0, 0.15) if left_unrelieved else drawn.uniform(0.1, 0.6)
    return Taste(second, drawn.choice(DOSES), drawn.choice(doses), relief)


def treatments(
    course: Course, taken: Taste, known: Reference, today: date, drawn: random.Random
) -> Iterator[Treatment]:
    """One after the other, without overlap, until the patient leaves or until today.

    One in ten of those followed waits for a renewal.
    """
    last = course.ended_on or today
    if course.ended_on is None and drawn.random() < 0.1:
        last = today - timedelta(days=drawn.randint(1, 25))
    day = course.treated_on
    while day < last or day == course.treated_on:
        changed = (day - course.treated_on).days >= THC_AFTER_DAYS
        medicine = known.medicines[taken.second if changed else "CBD50"]
        is_narcotic = medicine.is_narcotic(day)
        dose = taken.second_dose if changed else taken.first_dose
        one = Treatment(
            medicine, day, NARCOTIC_DAYS if is_narcotic else ORDINARY_DAYS, dose, is_narcotic
        )
        yield one
        day = one.ends_on + timedelta(days=1 + drawn.choice((0, 0, 0, 0, 1, 2)))
