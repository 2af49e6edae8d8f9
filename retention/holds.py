"""What a pharmacy must still keep and was not handed over: no erasure before it. ADR 0049."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet

from accounts.models import Site
from pharmacies.enums import Kept, Medium
from pharmacies.models import Dispensation, KeepingTime, RegisterCopy, RegisterLine
from programmes.models import Programme
from retention import rules


@dataclass(frozen=True)
class Hold:
    """One pharmacy and what it still has to download, on two supports, until when."""

    pharmacy: Site
    subject: Kept
    until: date

    @property
    def reason(self) -> str:
        """In French, for the page and for the refusal."""
        return (
            f"{self.pharmacy.name}, {self.pharmacy.town}\u202f: {self.subject.label.lower()} à "
            f"remettre sur deux supports, à garder jusqu’au {self.until:%d/%m/%Y}"
        )


def summary(held: Sequence[Hold]) -> str:
    """The first one in words, and how many others: a line of a log names no six hundred."""
    others = len(held) - 1
    if not others:
        return held[0].reason
    last = max(hold.until for hold in held)
    more = "1 autre" if others == 1 else f"{others} autres"
    return f"{held[0].reason}\u202f; {more}, jusqu’au {last:%d/%m/%Y} au plus tard"


def of_programme(programme: Programme, today: date, *, using: str = "default") -> list[Hold]:
    """Everything that forbids to erase for the programme, pharmacy after pharmacy."""
    made = Dispensation.objects.using(using).filter(enrolment__programme=programme)
    lines = RegisterLine.objects.using(using).filter(pack__product__programme=programme)
    found = [
        *_of(Kept.COPIES, _last(made, "dispensed_on", "pk"), today, using),
        *_of(Kept.REGISTER, _last(lines, "happened_on", "number"), today, using),
    ]
    return sorted(found, key=lambda hold: (hold.pharmacy.name, hold.pharmacy.pk, hold.subject))


Written = tuple[int, date, int]


def _last(rows: QuerySet, day: str, number: str) -> Iterable[Written]:  # type: ignore[type-arg]
    """Of each pharmacy: its last day and its last number."""
    by_pharmacy = rows.order_by().values_list("pharmacy")
    found: Iterable[Written] = by_pharmacy.annotate(on=Max(day), reached=Max(number))
    return found


def _of(subject: Kept, written: Iterable[Written], today: date, using: str) -> list[Hold]:
    years = KeepingTime.objects.using(using).years(subject, today)
    copied = _copied(subject, using)
    held = {
        pharmacy: rules.held_until(on, years)
        for pharmacy, on, reached in written
        if rules.is_held(on, years, today, reached=reached, copied=copied.get(pharmacy, 0))
    }
    sites = Site.objects.using(using).filter(pk__in=held)
    return [Hold(site, subject, held[site.pk]) for site in sites]


def _copied(subject: Kept, using: str) -> dict[int, int]:
    """Of each pharmacy, the number up to which both supports were handed over."""
    copies = RegisterCopy.objects.using(using).filter(subject=subject)
    by_medium: dict[int, dict[str, int]] = {}
    for pharmacy, medium, last in copies.values_list("pharmacy", "medium").annotate(
        last=Max("last_number")
    ):
        by_medium.setdefault(pharmacy, {})[medium] = last
    return {
        pharmacy: min(last.get(medium, 0) for medium in Medium)
        for pharmacy, last in by_medium.items()
    }
