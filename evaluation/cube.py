"""The figures of the dashboard as of now: what was counted at night, and what came since.

Read once, filtered in the database, summed in memory. A filter changes which cells are read, the
period changes which months are summed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from django.db.models import Q

from core.months import add_months
from evaluation import counts
from evaluation.counts import Cell
from evaluation.enums import Measure
from evaluation.models import CountRun, MonthCount
from programmes.models import Programme


@dataclass(frozen=True)
class Filters:
    """What the reader chose. Months: both included; empty strings and None filter nothing.

    :param groups: codes of the indication and of its subtypes
    """

    since: date | None = None
    until: date | None = None
    groups: tuple[str, ...] = ()
    region: str = ""

    def keeps(self, cell: Cell) -> bool:
        return (not self.groups or cell.indication in self.groups) and (
            not self.region or cell.region == self.region
        )

    def holds(self, month: date) -> bool:
        return (self.since is None or month >= self.since) and self.reached(month)

    def reached(self, month: date) -> bool:
        return self.until is None or month <= self.until


@dataclass
class Cube:
    """Counts by cell, month after month from `first`."""

    filters: Filters
    first: date
    # None when nothing was counted at night yet: everything is live.
    counted_at: datetime | None
    places: dict[str, list[int]]
    cells: list[tuple[Cell, list[int]]] = field(default_factory=list)

    @cached_property
    def months(self) -> list[date]:
        longest = max((len(row) for _, row in self.cells), default=0)
        return [add_months(self.first, rank) for rank in range(longest)]

    def _span(self, *, whole: bool) -> slice:
        """Ranks of the period; from the first day when `whole`."""
        held = self.filters.reached if whole else self.filters.holds
        ranks = [rank for rank, month in enumerate(self.months) if held(month)]
        return slice(ranks[0], ranks[-1] + 1) if ranks else slice(0, 0)

    def total(self, measure: Measure, *, whole: bool = False) -> int:
        """How many in the period, or up to its end when `whole`."""
        return sum(self.by(measure, "measure", whole=whole).values())

    def by(self, measure: Measure, name: str, *, whole: bool = False) -> Counter[str]:
        """How many by indication, département, region or detail of the cells."""
        span = self._span(whole=whole)
        found: Counter[str] = Counter()
        for cell, row in self.cells:
            if cell.measure == measure:
                found[getattr(cell, name)] += sum(row[span])
        return found

    def by_month(self, measure: Measure) -> list[tuple[date, int]]:
        """One number for each month of the period, those without any included."""
        span = self._span(whole=False)
        rows = [row for cell, row in self.cells if cell.measure == measure]
        ranks = range(len(self.months))[span]
        return [(self.months[r], sum(row[r] for row in rows if r < len(row))) for r in ranks]

    def active(self) -> Counter[str]:
        """Patients under treatment at the end of the period, by indication."""
        started = self.by(Measure.TREATED, "indication", whole=True)
        started.subtract(self.by(Measure.STOPPED, "indication", whole=True))
        return started


def read(programme: Programme, filters: Filters, *, today: date) -> Cube:
    """Three queries, whatever the number of patients; live counts before the first night."""
    run = CountRun.objects.filter(programme=programme).first()
    if run is None:
        return _live(programme, filters, today)
    cube = Cube(filters, run.first_month, run.counted_at, run.places)
    cube.cells = list(_stored(programme, filters))
    since = counts.counted(programme, run.counted_at, since=True)
    _add(cube, [one for one in since if filters.keeps(one[0])])
    return cube


def _stored(programme: Programme, filters: Filters) -> Iterator[tuple[Cell, list[int]]]:
    kept = Q(programme=programme)
    if filters.groups:
        kept &= Q(indication__in=filters.groups)
    if filters.region:
        kept &= Q(region=filters.region)
    fields = ("measure", "indication", "region", "departement", "detail", "counts")
    for *names, row in MonthCount.objects.filter(kept).values_list(*fields):
        yield Cell(*names), row


def _live(programme: Programme, filters: Filters, today: date) -> Cube:
    found = list(counts.counted(programme, datetime.max.replace(tzinfo=UTC), since=False))
    kept = [one for one in found if filters.keeps(one[0])]
    first = min((month for _, month, _ in found), default=today.replace(day=1))
    cube = Cube(filters, first, None, counts.places(programme, today))
    _add(cube, kept)
    return cube


def _add(cube: Cube, found: list[tuple[Cell, date, int]]) -> None:
    """Add counts to the cube; a month before its first moves the first back."""
    by_cell = dict(cube.cells)
    earliest = min([cube.first, *(month for _, month, _ in found)])
    if earliest < cube.first:
        shift = [0] * counts.months_between(earliest, cube.first)
        by_cell = {cell: shift + row for cell, row in by_cell.items()}
        cube.first = earliest
    for cell, month, count in found:
        row = by_cell.setdefault(cell, [])
        rank = counts.months_between(cube.first, month)
        row.extend([0] * (rank + 1 - len(row)))
        row[rank] += count
    cube.cells = list(by_cell.items())
