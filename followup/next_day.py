"""The next date that a doctor types, beside the days on which the structure receives nobody.

It is said and another one proposed, while one types (`static/closed.js`) and once more by the
server; nothing is refused (ADR 0132).
"""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.http import QueryDict

from core.closed_days import NEXT_OPEN_DAYS, ClosedDays, next_open
from core.fields import FrenchDateField


# The field of a form without script that takes the day proposed.
TAKEN = "open_day"


@dataclass(frozen=True)
class NextDay:
    """What is typed, when it is a day on which the structure is closed, and what the page needs."""

    closed: ClosedDays
    typed: date | None = None

    @property
    def proposed(self) -> date | None:
        return next_open(self.typed, self.closed) if self.typed else None

    @property
    def week(self) -> str:
        return self.closed.open_weekdays

    @property
    def spans(self) -> str:
        """Closures as the page reads them: first and last days, ISO."""
        return " ".join(f"{first}/{last}" for first, last in self.closed.spans)

    @property
    def within(self) -> int:
        return NEXT_OPEN_DAYS


def of(value: object, closed: ClosedDays) -> NextDay:
    """:param value: as the field holds it: typed, half-typed, or a date"""
    day = as_date(value)
    return NextDay(closed, day if day and closed.holds(day) else None)


def as_date(value: object) -> date | None:
    """The date that was typed, when it is one."""
    try:
        found: date | None = FrenchDateField(required=False).clean(value or "")
    except ValidationError:
        return None
    return found


def with_day_taken(sent: QueryDict) -> QueryDict:
    """What was sent, the next date replaced by the open day that was ticked."""
    day = sent.get(TAKEN)
    if not day:
        return sent
    changed = sent.copy()
    changed["next_on"] = str(day)
    return changed
