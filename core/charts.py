"""Charts drawn by the server: SVG without script or inline style, for screen, paper and PDF.

Positions are percentages of the box, so that text keeps its CSS size at any width. Colours come
from classes (light, dark, print); attributes repeat them for PDF engines, which do not apply the
page's style sheet to SVG. Each mark holds a `<title>`, shown as a tooltip. Under each chart the
page shows the same data as a table (`components/figure.html`): a chart is never the only bearer
of a figure.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.marks import DatedMarks, earliest, edge_mark
from core.numbers import french_number


MAP_FILE = Path(__file__).resolve().parent.parent / "static/vendor/map/departements.json"

# The colours of recann.css in light mode, repeated as attributes.
SERIES_COLOURS = ("#0b4f63", "#00815a", "#c9191e", "#7d4e9e")
SERIES_DASHES = ("none", "none", "6 4", "2 3")
MAP_COLOURS = ("#e5e5e5", "#cfe5ec", "#96c5d4", "#559fb8", "#1f7490", "#083b4b")
GRID, AXIS, INK, GROUND = "#dddddd", "#666666", "#161616", "#eeeeee"

# Words under an axis of half a page; beyond, some bars have only their tooltip and their row.
MOST_LABELS = 8
# Bars whose four figures each stand beside the next on a phone.
MOST_VALUES = 9

# Upper bound of each class, included, and its words. Fixed: no small number can be read off.
COUNT_CLASSES: tuple[tuple[float, str], ...] = (
    (0, "Aucun"),
    (10, "1 à 10"),
    (30, "11 à 30"),
    (60, "31 à 60"),
    (120, "61 à 120"),
    (math.inf, "Plus de 120"),
)

Points = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class DatedSeries:
    """Values by date. `steps`: each lasts until the next (a dose), on the right-hand scale."""

    name: str
    points: Sequence[tuple[date, float]]
    unit: str = ""
    steps: bool = False


def nice_ticks(highest: float, wanted: int = 4) -> list[float]:
    """Round values from 0 to at least `highest`, about `wanted` of them above 0."""
    if highest <= 0:
        return [0, 1]
    raw = highest / wanted
    power = 10 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw)
    return [round(step * i, 6) for i in range(math.ceil(highest / step - 1e-9) + 1)]


def bars(uid: str, title: str, points: Points, *, unit: str = "") -> SafeString:
    """Vertical bars, one per label, each with its value above.

    Of many bars, every other value leaves narrow screens: the table below has them all.
    """
    ticks = nice_ticks(max((value for _, value in points), default=0))
    slot = 100 / max(len(points), 1)
    step = math.ceil(len(points) / MOST_LABELS) or 1
    marks = [
        format_html(
            '<rect class="rc-chart__bar rc-fill-1" fill="{}" x="{}" y="{}" width="{}" height="{}">'
            "<title>{}</title></rect>"
            '<text class="rc-chart__value{}" fill="{}" font-size="13" font-weight="700"'
            ' text-anchor="middle" x="{}" y="{}" dy="-6">{}</text>{}',
            *(SERIES_COLOURS[0], percent(slot * (i + 0.18)), percent(100 - height)),
            *(percent(slot * 0.64), percent(height), told(label, value, unit)),
            " rc-chart__value--other" if i % 2 and len(points) > MOST_VALUES else "",
            *(INK, percent(slot * (i + 0.5)), percent(100 - height), french_number(value)),
            "" if i % step else _x_label(slot * (i + 0.5), label, other=bool(i // step % 2)),
        )
        for i, (label, value) in enumerate(points)
        for height in [100 * value / ticks[-1]]
    ]
    described = f"Diagramme en barres, {len(points)} valeurs."
    return svg(uid, title, described, [_y_axis(ticks), *marks])


def hbars(points: Points, *, unit: str = "") -> SafeString:
    """A list with one thin bar a row: text stays text, the list is its own table."""
    highest = max((value for _, value in points), default=0) or 1
    total = sum(value for _, value in points) or 1
    rows = format_html_join(
        "",
        '<li><span>{}</span><span class="rc-hbars__value"><strong>{}</strong>{} {}\u202f%</span>'
        '<svg aria-hidden="true" focusable="false" width="100%" height="14">'
        '<rect class="rc-fill-0" fill="{}" width="100%" height="100%"/>'
        '<rect class="rc-chart__bar rc-fill-1" fill="{}" width="{}" height="100%"/></svg></li>',
        (
            (
                *(label, french_number(value), f" {unit} · " if unit else ""),
                *(round(100 * value / total), GROUND, SERIES_COLOURS[0]),
                percent(100 * value / highest),
            )
            for label, value in points
        ),
    )
    return format_html('<ul class="rc-hbars">{}</ul>', rows)


def lines(
    uid: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    *,
    unit: str = "",
    top: float | None = None,
) -> SafeString:
    """Lines over evenly spaced labels; None leaves a gap in the points. At most four series.

    :param top: highest value of the scale, when it is known (10 for a pain scale)
    """
    values = [value for _, row in series for value in row if value is not None]
    ticks = nice_ticks(top or max(values, default=0), 5)
    step = 100 / max(len(labels) - 1, 1)
    parts = [_y_axis(ticks)]
    parts += [_x_label(i * step, label, other=bool(i % 2)) for i, label in enumerate(labels)]
    for rank, (name, row) in enumerate(series):
        marks = [
            _Mark(i * step, 100 - 100 * value / ticks[-1], told(f"{name}, {label}", value, unit))
            for i, (label, value) in enumerate(zip(labels, row, strict=True))
            if value is not None
        ]
        parts += [_line(rank, marks), *(_marker(rank, mark) for mark in marks)]
    return svg(uid, title, f"Courbes, {len(series)} séries.", parts)


def over_time(
    uid: str,
    title: str,
    series: Sequence[DatedSeries],
    *,
    until: date,
    top: float | None = None,
    marks: Sequence[DatedMarks] = (),
) -> SafeString:
    """Scores as lines and doses as steps on one axis of time, from the first date to `until`.

    :param top: highest value of the left-hand scale, when it is known
    :param marks: what happened besides, along the edges
    """
    first = earliest(marks, min((on for one in series for on, _ in one.points), default=until))
    scores = [value for one in series if not one.steps for _, value in one.points]
    doses = [value for one in series if one.steps for _, value in one.points]
    left, right = nice_ticks(top or max(scores, default=0), 5), nice_ticks(max(doses, default=0), 5)
    parts = [_y_axis(left)] if scores or not doses else []
    if doses:
        parts.append(_y_axis(right, right=True, grid=not scores))
    parts += months(first, until)
    for rank, one in enumerate(series):
        points = _dated_marks(one, first, until, highest=(right if one.steps else left)[-1])
        path = _stepped(points) if one.steps else points
        parts += [_line(rank, path), *(_marker(rank, point) for point in points)]
    parts += [edge_mark(kind, *point, first, until) for kind in marks for point in kind.points]
    described = f"Courbes du {first:%d/%m/%Y} au {until:%d/%m/%Y}."
    return svg(uid, title, described, parts, css="rc-chart--two-scales" if doses else "")


def choropleth(
    uid: str,
    title: str,
    values: Mapping[str, float],
    *,
    unit: str = "",
    classes: Sequence[tuple[float, str]] = COUNT_CLASSES,
) -> SafeString:
    """Map of the départements by class, tooltips included; a code without value counts 0."""
    found = shapes()
    areas = format_html_join(
        "",
        '<path class="rc-map__area rc-map__area--{}" fill="{}" stroke="#ffffff" d="{}">'
        "<title>{} ({})\u202f: {} {}</title></path>",
        (
            (rank, MAP_COLOURS[rank], area["d"], area["name"], area["code"], classes[rank][1], unit)
            for area in found["areas"]
            for rank in [class_of(values.get(area["code"], 0), classes)]
        ),
    )
    described = (
        "Carte de France par département, avec les départements d’outre-mer et un agrandissement"
        " de Paris et de la petite couronne."
    )
    parts = [frames(found["texts"]), areas]
    return svg(uid, title, described, parts, css="rc-map", view_box=found["view_box"])


def frames(texts: Iterable[Mapping[str, Any]]) -> SafeString:
    """The names of the insets of a map."""
    return format_html_join(
        "",
        '<text class="rc-map__frame{}" fill="{}" x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (
                " rc-map__frame--wide" if t["wide"] else "",
                AXIS,
                t["x"],
                t["y"],
                t["anchor"],
                t["text"],
            )
            for t in texts
        ),
    )


# --- Parts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mark:
    """A point, in percent of the box, and its tooltip."""

    x: float
    y: float
    told: str


def percent(value: float) -> str:
    return f"{value:.2f}%"


def told(label: str, value: float, unit: str) -> str:
    return f"{label}\u202f: {french_number(value)} {unit}".rstrip()


def svg(
    uid: str,
    title: str,
    described: str,
    parts: Iterable[SafeString],
    *,
    css: str = "",
    view_box: str = "",
) -> SafeString:
    box = format_html(' viewBox="{}"', view_box) if view_box else ""
    return format_html(
        '<svg class="{}"{} role="img" aria-labelledby="{}-t {}-d" focusable="false">'
        '<title id="{}-t">{}</title><desc id="{}-d">{} {}</desc>{}</svg>',
        *(f"rc-chart {css}".rstrip(), box, uid, uid, uid, title, uid, described),
        *("Les données figurent dans le tableau associé.", SafeString("".join(parts))),
    )


def _y_axis(ticks: Sequence[float], *, right: bool = False, grid: bool = True) -> SafeString:
    x, dx, anchor = ("100%", "8", "start") if right else ("0", "-8", "end")
    rows = []
    for tick in ticks:
        y = percent(100 - 100 * tick / ticks[-1])
        if grid:
            rows.append(
                format_html(
                    '<line class="rc-chart__grid" stroke="{}" x1="0" x2="100%" y1="{}" y2="{}"/>',
                    *(GRID, y, y),
                )
            )
        rows.append(
            format_html(
                '<text class="rc-chart__axis" fill="{}" font-size="12" x="{}" y="{}" dx="{}" dy="4"'
                ' text-anchor="{}">{}</text>',
                *(AXIS, x, y, dx, anchor, french_number(tick)),
            )
        )
    return SafeString("".join(rows))


def _x_label(x: float, label: str, *, other: bool) -> SafeString:
    """A label under the axis; every other one leaves narrow screens."""
    return format_html(
        '<text class="rc-chart__axis{}" fill="{}" font-size="12" x="{}" y="100%" dy="20"'
        ' text-anchor="middle">{}</text>',
        *(" rc-chart__axis--other" if other else "", AXIS, percent(x), label),
    )


def _line(rank: int, marks: Sequence[_Mark]) -> SafeString:
    """Segments in percent: a stretched polyline would have its width stretched in PDF."""
    return format_html_join(
        "",
        '<line class="rc-chart__line rc-line-{}" stroke="{}" stroke-width="2.5"'
        ' stroke-dasharray="{}" stroke-linecap="round" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            (
                *(rank + 1, SERIES_COLOURS[rank], SERIES_DASHES[rank]),
                *(percent(start.x), percent(start.y), percent(end.x), percent(end.y)),
            )
            for start, end in pairwise(marks)
        ),
    )


# One shape a series: they are told apart without colour.
_SHAPES = (
    '<circle r="4.5" {}</circle>',
    '<rect x="-4.5" y="-4.5" width="9" height="9" {}</rect>',
    '<path d="M0-6l5.500 10h-11z" {}</path>',
    '<path d="M0-6l6 6-6 6-6-6z" {}</path>',
)


def _marker(rank: int, mark: _Mark) -> SafeString:
    inside = format_html(
        'class="rc-fill-{}" fill="{}"><title>{}</title>', rank + 1, SERIES_COLOURS[rank], mark.told
    )
    shape = format_html(_SHAPES[rank], inside)
    return format_html(
        '<svg x="{}" y="{}" overflow="visible">{}</svg>', percent(mark.x), percent(mark.y), shape
    )


def _stepped(marks: Sequence[_Mark]) -> list[_Mark]:
    """The points of a line that turns only at right angles and runs to the end of the axis."""
    path = list(marks[:1])
    for before, after in pairwise(marks):
        path += [_Mark(after.x, before.y, ""), after]
    return [*path, _Mark(100, marks[-1].y, "")] if marks else []


def _dated_marks(one: DatedSeries, first: date, until: date, *, highest: float) -> list[_Mark]:
    days = max((until - first).days, 1)
    return [
        _Mark(
            100 * (on - first).days / days,
            100 - 100 * value / highest,
            told(f"{one.name}, {on:%d/%m/%Y}", value, one.unit),
        )
        for on, value in one.points
    ]


def months(first: date, until: date) -> list[SafeString]:
    """At most seven first days of months, evenly chosen, under the axis."""
    starts, year, month = [], first.year, first.month
    while (start := date(year, month, 1)) <= until:
        if start >= first:
            starts.append(start)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    every = math.ceil(len(starts) / 7) or 1
    days = max((until - first).days, 1)
    shown = starts[::every] or [first]
    return [
        _x_label(100 * (start - first).days / days, f"{start:%m/%Y}", other=bool(i % 2))
        for i, start in enumerate(shown)
    ]


def class_of(value: float, classes: Sequence[tuple[float, str]]) -> int:
    return next(rank for rank, (bound, _) in enumerate(classes) if value <= bound)


@cache
def shapes() -> dict[str, Any]:
    """The map: `view_box`, `areas` (code, name, d), `texts` (x, y, anchor, wide, text)."""
    shapes: dict[str, Any] = json.loads(MAP_FILE.read_text(encoding="utf-8"))
    return shapes
