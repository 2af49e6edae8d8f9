"""When data must be erased: pure dates (security.md 8.1, interop.md 3.9).

A rule counts years from the end of the programme, or from the due date of another rule. Without an
end date nothing is ever due.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.months import add_months


@dataclass(frozen=True)
class Rule:
    """A duration for a class of data.

    :param years: after the anchor, or after the due date of the class named by `after`
    """

    data_class: str
    years: int
    after: str = ""


def due_dates(anchor: date | None, rules: Iterable[Rule]) -> dict[str, date | None]:
    """Last day on which each class is kept; None while the anchor has no date.

    Years of a chain are added up and counted once from the anchor: 29 February stays one when the
    last year has it. A day that does not exist becomes the last of its month.
    """
    by_class = {rule.data_class: rule for rule in rules}
    return {
        name: add_months(anchor, 12 * _years(rule, by_class)) if anchor else None
        for name, rule in by_class.items()
    }


def _years(rule: Rule, by_class: dict[str, Rule]) -> int:
    """Years from the anchor, along the chain.

    :raises ValueError: rules that wait for each other
    """
    total, seen = rule.years, {rule.data_class}
    while rule.after:
        if rule.after in seen:
            raise ValueError("Retention rules wait for each other.")
        seen.add(rule.after)
        rule = by_class[rule.after]
        total += rule.years
    return total


def runs_from(due: date | None) -> date | None:
    """First day of the erasure: the day after the due date (protective reading)."""
    return due + timedelta(days=1) if due else None


def held_until(last_on: date, years: int) -> date:
    """Last day, included, on which a pharmacy must still keep what it wrote last on that day."""
    return add_months(last_on, 12 * years)


def is_held(last_on: date, years: int, today: date, *, reached: int, copied: int) -> bool:
    """Whether a pharmacy still must keep something that was not handed over to it.

    :param reached: number of the last thing it wrote
    :param copied: number up to which both supports were handed over
    """
    return copied < reached and today <= held_until(last_on, years)


def is_due(due: date | None, today: date) -> bool:
    return due is not None and today > due
