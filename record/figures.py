"""The curve of a patient: scores, daily doses, supplies and events on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString

from core import charts
from core.charts import DatedSeries
from core.marks import DatedMarks
from core.numbers import french_number
from followup.curve import Series
from pharmacies.models import DispensedItem
from prescriptions.doses import Course, daily
from prescriptions.models import Line, Prescription
from vigilance.models import AdverseEvent


# Curves drawn together: more cannot be told apart. Two are left for the doses of THC and CBD.
MOST_SCORES = 2

# The highest value of a scale that is drawn whole; ui.md draws 0 to 10 and 0 to 100.
MOST_OF_A_SCALE = 100


@dataclass(frozen=True)
class Acts:
    """What happened besides, the newest first: things handed over, events with their terms."""

    handed_over: list[DispensedItem]
    events: list[tuple[AdverseEvent, str]]


@dataclass(frozen=True)
class Figure:
    """A chart and its data: components/figure.html."""

    title: str
    chart: SafeString
    headings: list[str]
    rows: list[list[object]]
    legend: list[str]
    # Of the signs along the edges: class, name.
    marks: list[tuple[str, str]]
    note: str


def over_time(
    measured: Sequence[Series], signed: Sequence[Prescription], *, until: date, acts: Acts
) -> Figure | None:
    """None when nothing was measured twice and the dose never changed."""
    scores = [one for one in measured if len(one.points) > 1][:MOST_SCORES]
    doses = dose_series(signed, until)
    if not scores and sum(len(one.points) for one in doses) < 2:
        return None
    drawn = [*(DatedSeries(one.label, one.points, one.unit) for one in scores), *doses]
    marks = _marks(acts, until)
    title = "Évolution des symptômes et de la dose"
    return Figure(
        title=title,
        chart=charts.over_time("courbe", title, drawn, until=until, top=_top(scores), marks=marks),
        headings=["Date", "Mesure", "Valeur"],
        rows=_rows(drawn, marks),
        legend=[one.name for one in drawn],
        marks=[(one.css, one.name) for one in marks if one.points],
        note=" · ".join(f"{one.label}\u202f: {one.change}" for one in scores if one.change),
    )


def _top(scores: Sequence[Series]) -> float | None:
    """The highest value of the scales; None when the highest value measured says more.

    Without a score the dose has no known bound, and a count is bounded by what one may type only.
    """
    tops = [one.highest for one in scores if one.highest is not None]
    if not tops or len(tops) < len(scores) or max(tops) > MOST_OF_A_SCALE:
        return None
    return max(tops)


# --- Doses -----------------------------------------------------------------------------------


def dose_series(signed: Sequence[Prescription], until: date) -> list[DatedSeries]:
    """Daily mg of THC and of CBD, step after step; a cannabinoid never prescribed is left out."""
    doses = daily([course for one in signed for course in _courses(one)], until)
    thc = [(dose.on, float(dose.thc_mg)) for dose in doses]
    cbd = [(dose.on, float(dose.cbd_mg)) for dose in doses]
    return [
        DatedSeries(f"{name} par jour (mg)", _changes(points), "mg", steps=True)
        for name, points in (("THC", thc), ("CBD", cbd))
        if any(value for _, value in points)
    ]


def _changes(points: Sequence[tuple[date, float]]) -> list[tuple[date, float]]:
    """Only the days on which this cannabinoid changed."""
    kept: list[tuple[date, float]] = []
    for on, value in points:
        if not kept or kept[-1][1] != value:
            kept.append((on, value))
    return kept


def _courses(prescription: Prescription) -> list[Course]:
    return [course for line in prescription.lines.all() for course in _of_line(prescription, line)]


def _of_line(prescription: Prescription, line: Line) -> list[Course]:
    """Each step of a line on its days."""
    assert prescription.signed_at is not None  # noqa: S101 - a check constraint says it
    day, found = prescription.starts_on, []
    for step in sorted(line.steps.all(), key=lambda one: one.position):
        last = day + timedelta(days=step.days - 1)
        a_day = step.dose * step.intakes_per_day
        found.append(
            Course(
                product_id=line.product_id,
                first=day,
                last=last,
                signed_at=prescription.signed_at,
                thc_mg=a_day * line.thc_mg_per_unit,
                cbd_mg=a_day * line.cbd_mg_per_unit,
                replaces_id=line.replaces_product_id,
            )
        )
        day = last + timedelta(days=1)
    return found


# --- Marks, table ----------------------------------------------------------------------------


def _marks(acts: Acts, until: date) -> list[DatedMarks]:
    supplies = sorted(
        (item.dispensation.dispensed_on, f"{item.days} jour{'s' if item.days > 1 else ''}")
        for item in acts.handed_over
        # A second batch of one line bears no day of its own.
        if item.days and item.dispensation.dispensed_on <= until
    )
    events = sorted(
        (event.occurred_on, terms) for event, terms in acts.events if event.occurred_on <= until
    )
    return [
        DatedMarks("Délivrance", "supply", supplies),
        DatedMarks("Effet indésirable", "event", events, at_top=True),
    ]


def _rows(series: Sequence[DatedSeries], marks: Sequence[DatedMarks]) -> list[list[object]]:
    found = [
        (on, one.name, f"{french_number(value)} {one.unit}".strip())
        for one in series
        for on, value in one.points
    ]
    found += [(on, kind.name, told) for kind in marks for on, told in kind.points]
    return [[f"{on:%d/%m/%Y}", name, value] for on, name, value in sorted(found)]
