"""Periods of several people or things on one axis of time: one row each, one bar a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.charts import INK, SERIES_COLOURS, months, percent, svg


# Percent of the box.
THICKEST = 18


@dataclass(frozen=True)
class Span:
    """A period, both days included. `tone`: 1 to 4, the colours of series."""

    first: date
    last: date
    told: str
    tone: int = 1


@dataclass(frozen=True)
class SpanRow:
    name: str
    spans: Sequence[Span]


def spans(uid: str, title: str, rows: Sequence[SpanRow]) -> SafeString:
    """One row a name, the name above its bars; each bar tells itself in a tooltip."""
    every = [span for row in rows for span in row.spans]
    first = min(span.first for span in every)
    # The last day is covered to its end.
    until = max(span.last for span in every) + timedelta(days=1)
    height = 100 / len(rows)
    parts = [_row(row, height * rank, height, (first, until)) for rank, row in enumerate(rows)]
    described = f"Périodes du {first:%d/%m/%Y} au {until - timedelta(days=1):%d/%m/%Y}."
    return svg(uid, title, described, [*parts, *months(first, until)])


def _row(row: SpanRow, top: float, height: float, axis: tuple[date, date]) -> SafeString:
    name = format_html(
        '<text class="rc-chart__axis" fill="{}" font-size="12" x="0" y="{}" dy="14">{}</text>',
        *(INK, percent(top), row.name),
    )
    thick = min(height * 0.45, THICKEST)
    below = min(height * 0.4, THICKEST)
    bars = [_bar(span, top + below, thick, axis) for span in row.spans]
    return SafeString("".join([name, *bars]))


def _bar(span: Span, top: float, height: float, axis: tuple[date, date]) -> SafeString:
    first, until = axis
    days = (until - first).days
    return format_html(
        '<rect class="rc-chart__bar rc-span rc-fill-{}" fill="{}" x="{}" y="{}" width="{}"'
        ' height="{}"><title>{}</title></rect>',
        *(span.tone, SERIES_COLOURS[span.tone - 1]),
        *(percent(100 * (span.first - first).days / days), percent(top)),
        *(percent(100 * ((span.last - span.first).days + 1) / days), percent(height), span.told),
    )
