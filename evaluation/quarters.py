"""Quarters of the year, and when each may be published."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.months import add_months


# Days after the quarter's end, for late entries. security.md 7.3, rule 2 (own choice, ADR 0071).
SETTLING_DAYS = 30


def first_day(on: date) -> date:
    """First day of the quarter that holds the day."""
    return date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)


def next_quarter(quarter: date) -> date:
    return add_months(quarter, 3)


def previous(quarter: date) -> date:
    return add_months(quarter, -3)


def last_day(quarter: date) -> date:
    return next_quarter(quarter) - timedelta(days=1)


def settled_on(quarter: date) -> date:
    """From that day on the quarter is published; what is recorded later counts in the next."""
    return last_day(quarter) + timedelta(days=SETTLING_DAYS)


def settled(opening: date, today: date) -> Iterator[date]:
    """Quarters to be published that day, the oldest first, from the programme's opening."""
    quarter = first_day(opening)
    while settled_on(quarter) <= today:
        yield quarter
        quarter = next_quarter(quarter)


def name(quarter: date) -> str:
    """2023Q4."""
    return f"{quarter.year}Q{(quarter.month + 2) // 3}"


def read(text: str) -> date | None:
    """The quarter named `2023Q4`, or None."""
    year, _, number = text.partition("Q")
    if not (len(year) == 4 and year.isascii() and year.isdigit() and number in {*"1234"}):
        return None
    return date(int(year), 3 * int(number) - 2, 1) if int(year) else None
