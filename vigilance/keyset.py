"""Pages of the queue: serious first, then the newest; each page starts after the last row seen."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from vigilance.models import AdverseEvent, AdverseEventQuerySet


SIZE = 25
ORDER = ("-is_serious", "-recorded_at", "-pk")


@dataclass(frozen=True)
class Cursor:
    """The last row of a page."""

    is_serious: bool
    recorded_at: datetime
    pk: int

    @classmethod
    def of(cls, event: AdverseEvent) -> "Cursor":
        return cls(event.is_serious, event.recorded_at, event.pk)

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None when the text is no cursor of ours: the first page is shown."""
        try:
            serious, instant, pk = text.split("_")
            recorded_at = datetime.fromisoformat(instant)
            if recorded_at.tzinfo is None:
                return None
            return cls(serious == "1", recorded_at, int(pk))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{int(self.is_serious)}_{self.recorded_at.isoformat()}_{self.pk}"

    def after(self) -> Q:
        """The rows that come after this one in `ORDER`."""
        same = Q(is_serious=self.is_serious)
        later = same & (
            Q(recorded_at__lt=self.recorded_at) | Q(recorded_at=self.recorded_at, pk__lt=self.pk)
        )
        return later | Q(is_serious=False) if self.is_serious else later


@dataclass(frozen=True)
class Page:
    """One page: its rows, and the cursor of the next one, "" on the last."""

    events: list[AdverseEvent]
    following: str


def page(events: AdverseEventQuerySet, cursor: Cursor | None) -> Page:
    """One query, and those of what the queryset prefetches."""
    if cursor is not None:
        events = events.filter(cursor.after())
    rows = list(events.order_by(*ORDER)[: SIZE + 1])
    shown = rows[:SIZE]
    return Page(shown, str(Cursor.of(shown[-1])) if len(rows) > SIZE else "")
