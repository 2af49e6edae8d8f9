"""Signs along the edges of a chart over time: what happened on some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString


# For PDF engines, which do not apply the page's style sheet to SVG.
_INK = "#161616"


@dataclass(frozen=True)
class DatedMarks:
    """What happened on some days, drawn as small signs along one edge. `css`: rc-mark--<css>."""

    name: str
    css: str
    points: Sequence[tuple[date, str]]
    at_top: bool = False


def earliest(marks: Sequence[DatedMarks], day: date) -> date:
    """The first of the days marked, or that day when it comes before them all."""
    return min([day, *(on for kind in marks for on, _ in kind.points)])


def edge_mark(kind: DatedMarks, on: date, told: str, first: date, until: date) -> SafeString:
    """A triangle on the axis, or hanging from the top edge."""
    days = max((until - first).days, 1)
    return format_html(
        '<svg x="{}" y="{}" overflow="visible"><path class="rc-mark rc-mark--{}" fill="{}" d="{}">'
        "<title>{}, {}\u202f: {}</title></path></svg>",
        *(f"{100 * (on - first).days / days:.2f}%", "0" if kind.at_top else "100%", kind.css, _INK),
        "M0 10l-5-9h10z" if kind.at_top else "M0-10l-5 9h10z",
        *(kind.name, f"{on:%d/%m/%Y}", told),
    )
