"""What every prescriber signed for one patient: periods on one axis, and what calls for a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.safestring import SafeString

from core import spans
from core.spans import Span, SpanRow
from patients.models import Enrolment
from prescriptions import rules
from prescriptions.models import Prescription


# Months shown at first. No legal source: what a prescriber looks back at.
MONTHS = 24

# Colours of the bars: `rc-fill-1` to `rc-fill-3`.
NARCOTIC, ORDINARY, SHARED = 1, 2, 3


@dataclass(frozen=True)
class Entry:
    """One signed prescription and what was said of it."""

    prescription: Prescription
    told: list[str]
    shares: bool


@dataclass(frozen=True)
class History:
    entries: list[Entry]
    chart: SafeString | None
    # Overlaps between prescribers, in words.
    alerts: list[str]


def of(enrolment: Enrolment, since: date | None = None) -> History:
    """What was signed and not voided, the newest first, in three queries.

    :param since: those that ended before are left out
    """
    rows = Prescription.objects.signed().filter(enrolment=enrolment)
    signed = list(
        (rows.filter(ends_on__gte=since) if since else rows)
        .select_related("prescriber", "author__site")
        .prefetch_related("lines", "passed_alerts")
        .order_by("-starts_on", "-pk")
    )
    met = _met(signed)
    sharing = {one.pk for pair in met for one in pair}
    entries = [Entry(one, _told(one), one.pk in sharing) for one in signed]
    return History(entries, _chart(entries) if entries else None, [_words(*pair) for pair in met])


def _met(signed: Sequence[Prescription]) -> list[tuple[Prescription, Prescription]]:
    """Narcotic periods of different prescribers that share a day."""
    return [
        (one, other)
        for other, one in combinations([one for one in signed if one.is_narcotic], 2)
        if one.prescriber_key != other.prescriber_key and _period(one).meets(_period(other))
    ]


def _period(one: Prescription) -> rules.Period:
    assert one.narcotic_ends_on is not None  # noqa: S101 - asked of narcotic ones only
    return rules.Period(one.starts_on, one.narcotic_ends_on, one.prescriber_key)


def _shared(one: Prescription, other: Prescription) -> tuple[date, date]:
    mine, theirs = _period(one), _period(other)
    return max(mine.first, theirs.first), min(mine.last, theirs.last)


def _words(one: Prescription, other: Prescription) -> str:
    first, last = _shared(one, other)
    return (
        f"{one.prescriber_name} et {other.prescriber_name}\u202f: stupéfiants prescrits "
        f"par les deux du {first:%d/%m/%Y} au {last:%d/%m/%Y}."
    )


def _told(one: Prescription) -> list[str]:
    """What was passed at the signature, the express mention included."""
    mention = ["Mention expresse de chevauchement"] if one.has_overlap_mention else []
    paper = ["Transcrite d’un papier", *one.flags] if one.is_transcribed else []
    return (
        mention + paper + [alert.message for alert in sorted(one.passed_alerts.all(), key=_by_pk)]
    )


def _by_pk(alert: object) -> int:
    return int(alert.pk)  # type: ignore[attr-defined]


def _chart(entries: Sequence[Entry]) -> SafeString:
    rows: dict[int | str, tuple[str, list[Span]]] = {}
    for entry in reversed(entries):
        one = entry.prescription
        name, bars = rows.setdefault(one.prescriber_key, (one.prescriber_name, []))
        medicines = ", ".join(line.product_name for line in one.lines.all())
        told = f"{name}, du {one.starts_on:%d/%m/%Y} au {one.ends_on:%d/%m/%Y}\u202f: {medicines}"
        bars.append(Span(one.starts_on, one.ends_on, told, _tone(entry)))
    title = "Périodes prescrites, par prescripteur"
    return spans.spans("periodes", title, [SpanRow(name, bars) for name, bars in rows.values()])


def _tone(entry: Entry) -> int:
    if entry.shares:
        return SHARED
    return NARCOTIC if entry.prescription.is_narcotic else ORDINARY
