"""The daily dose over time, from everything that was signed. Pure: rows come in, dates go out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest


# Days between two prescriptions that interrupt nothing: what is left of a bottle. No legal source.
GAP_DAYS = 3


@dataclass(frozen=True)
class Course:
    """One step of one line: a daily dose from a day to another, both included."""

    product_id: int
    first: date
    last: date
    # A later signature takes the place of an earlier one for the same medicine.
    signed_at: datetime
    # mg a day; as needed: at most.
    thc_mg: Decimal
    cbd_mg: Decimal
    # The medicine whose place it takes, in a shortage: not added to it.
    replaces_id: int | None = None


@dataclass(frozen=True)
class Dose:
    """mg a day from that day on, until the next one."""

    on: date
    thc_mg: Decimal
    cbd_mg: Decimal


def daily(courses: Sequence[Course], until: date) -> list[Dose]:
    """Each change of the daily dose, the return to zero of an interruption included.

    Of two signatures that cover one day for one medicine the later counts: an early renewal or
    another dosage is not added to what it follows.
    """
    days = {one.first for one in courses} | {one.last + timedelta(days=1) for one in courses}
    found: list[Dose] = []
    ordered = sorted(day for day in days if day <= until)
    for on, following in zip_longest(ordered, ordered[1:]):
        thc, cbd = _on(courses, on)
        short = following is not None and (following - on).days <= GAP_DAYS
        if short and not thc + cbd:
            continue
        if not found or (found[-1].thc_mg, found[-1].cbd_mg) != (thc, cbd):
            found.append(Dose(on, thc, cbd))
    return found


def _on(courses: Iterable[Course], on: date) -> tuple[Decimal, Decimal]:
    standing: dict[int, Course] = {}
    for one in courses:
        before = standing.get(one.product_id)
        if one.first <= on <= one.last and (before is None or one.signed_at >= before.signed_at):
            standing[one.product_id] = one
    taken = [one for one in standing.values() if not _is_replaced(one, standing)]
    thc = sum((one.thc_mg for one in taken), Decimal(0))
    return thc, sum((one.cbd_mg for one in taken), Decimal(0))


def _is_replaced(course: Course, standing: Mapping[int, Course]) -> bool:
    """Whether what was signed later takes its place that day."""
    later = (one for one in standing.values() if one.signed_at > course.signed_at)
    return any(one.replaces_id == course.product_id for one in later)
