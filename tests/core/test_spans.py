"""Periods on one axis: positions, both days included."""

from datetime import date

from core import spans
from core.charts import DatedSeries, over_time
from core.marks import DatedMarks
from core.spans import Span, SpanRow


def test_a_bar_runs_to_the_end_of_its_last_day():
    rows = [
        SpanRow("Dr A", [Span(date(2026, 3, 1), date(2026, 3, 5), "A")]),
        SpanRow("Dr B", [Span(date(2026, 3, 6), date(2026, 3, 10), "B <b>", tone=3)]),
    ]

    drawn = str(spans.spans("p", "Périodes", rows))

    assert 'x="0.00%" y="18.00%" width="50.00%"' in drawn
    assert 'x="50.00%" y="68.00%" width="50.00%"' in drawn
    assert "rc-fill-3" in drawn
    assert "B &lt;b&gt;" in drawn
    assert "du 01/03/2026 au 10/03/2026" in drawn


def test_marks_stand_along_the_edges_and_widen_the_axis():
    dose = DatedSeries("THC", [(date(2026, 3, 11), 5)], "mg", steps=True)
    marks = [
        DatedMarks("Délivrance", "supply", [(date(2026, 3, 1), "28 jours")]),
        DatedMarks("Effet indésirable", "event", [(date(2026, 3, 6), "Vertige")], at_top=True),
    ]

    drawn = str(over_time("c", "Courbe", [dose], until=date(2026, 3, 11), marks=marks))

    assert '<svg x="0.00%" y="100%"' in drawn
    assert '<svg x="50.00%" y="0"' in drawn
    assert "Délivrance, 01/03/2026\u202f: 28 jours" in drawn
