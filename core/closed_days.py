"""Days on which a place receives nobody: pure, dates in and dates out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import easter


# ISO numbers of the days of the week, Monday is 1. A usual week; a place says otherwise.
USUAL_WEEK = "12345"


@dataclass(frozen=True)
class ClosedDays:
    """The week of a place, and its closures: first and last day, both included."""

    open_weekdays: str = USUAL_WEEK
    spans: Sequence[tuple[date, date]] = ()

    def holds(self, day: date) -> bool:
        """Whether the place is closed that day."""
        if str(day.isoweekday()) not in self.open_weekdays:
            return True
        return any(first <= day <= last for first, last in self.spans)


def nearest_open(day: date, closed: ClosedDays, *, first: date, last: date) -> date | None:
    """The day itself, else the first open one after it, else the last before; None without any.

    :param first: the earliest day that may be proposed, included
    :param last: the latest one, included
    """
    after = (day + timedelta(days=n) for n in range((last - day).days + 1))
    before = (day - timedelta(days=n) for n in range(1, (day - first).days + 1))
    return next((one for days in (after, before) for one in days if not closed.holds(one)), None)


# Days after a closed one among which the next open one is looked for. No source: ADR 0132.
NEXT_OPEN_DAYS = 120


def next_open(day: date, closed: ClosedDays) -> date | None:
    """The day itself, else the first open one of the `NEXT_OPEN_DAYS` after it, if any."""
    return nearest_open(day, closed, first=day, last=day + timedelta(days=NEXT_OPEN_DAYS))


# French public holidays: Code du travail, art. L. 3133-1. (month, day).
_FIXED = (
    (1, 1, "Jour de l’an"),
    (5, 1, "Fête du Travail"),
    (5, 8, "Victoire de 1945"),
    (7, 14, "Fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "Armistice de 1918"),
    (12, 25, "Noël"),
)
# Days after Easter Sunday.
_MOVING = ((1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte"))


def public_holidays(year: int) -> list[tuple[date, str]]:
    """The eleven of a year, by date: what a place may take over, never imposed on it.

    Those of Alsace-Moselle and overseas are added by the places that have them.
    """
    fixed = [(date(year, month, day), label) for month, day, label in _FIXED]
    moving = [(easter(year) + timedelta(days=days), label) for days, label in _MOVING]
    return sorted([*fixed, *moving])
