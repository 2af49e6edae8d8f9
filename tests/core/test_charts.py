import math
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from core import charts


SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart):
    """The drawing as a tree: it must be well formed to be drawn in a PDF."""
    return ET.fromstring(str(chart).replace("<svg", f'<svg xmlns="{SVG[1:-1]}"', 1))


def tooltips(chart):
    return [title.text for title in parsed(chart).iter(f"{SVG}title")][1:]


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (4, [0, 1, 2, 3, 4]),
        (10, [0, 2.5, 5, 7.5, 10]),
        (112, [0, 50, 100, 150]),
        (3562, [0, 1000, 2000, 3000, 4000]),
    ],
)
def test_ticks_are_round_and_reach_the_highest_value(highest, ticks):
    assert charts.nice_ticks(highest) == ticks


def test_bars_show_each_value_and_say_it_to_everyone():
    chart = charts.bars("b", "Inclusions", [("janv.", 52), ("févr.", 1061.5)], unit="patients")

    assert tooltips(chart) == ["janv.\u202f: 52 patients", "févr.\u202f: 1\u202f061,5 patients"]
    assert parsed(chart).get("role") == "img"
    assert parsed(chart).get("aria-labelledby") == "b-t b-d"


def test_of_many_bars_every_other_value_leaves_a_phone():
    few, many = (
        charts.bars("b", "Inclusions", [(str(rank), 400) for rank in range(count)])
        for count in (9, 10)
    )

    assert (few.count("rc-chart__value--other"), many.count("rc-chart__value--other")) == (0, 5)


def test_what_users_wrote_is_escaped():
    name = '<script>alert("x")</script>'

    drawings = [
        charts.bars("b", name, [(name, 1)], unit=name),
        charts.hbars([(name, 1)], unit=name),
        charts.lines("l", name, [name], [(name, [1])]),
        charts.over_time(
            "o", name, [charts.DatedSeries(name, [(date(2026, 1, 1), 1)])], until=date(2026, 2, 1)
        ),
        charts.choropleth("m", name, {}, unit=name),
    ]

    assert not [drawing for drawing in drawings if "<script" in drawing]


def test_nothing_to_draw_is_drawn_without_failing():
    empty = [
        charts.bars("b", "Vide", []),
        charts.lines("l", "Vide", [], []),
        charts.over_time("o", "Vide", [], until=date(2026, 1, 1)),
    ]

    assert all(tooltips(chart) == [] for chart in empty)
    assert charts.hbars([]) == '<ul class="rc-hbars"></ul>'


def test_a_missing_value_leaves_no_point():
    chart = charts.lines("l", "EVA", ["M0", "M1", "M3"], [("Douleurs", [7, None, 5])], top=10)

    assert tooltips(chart) == ["Douleurs, M0\u202f: 7", "Douleurs, M3\u202f: 5"]


def test_series_differ_by_more_than_their_colour():
    rows = [(str(rank), [1, 2]) for rank in range(4)]

    chart = str(charts.lines("l", "EVA", ["M0", "M1"], rows))

    assert [shape in chart for shape in ("<circle", "<rect", "l5.500", "l6 6")] == [True] * 4
    assert chart.count('stroke-dasharray="none"') == 2


def test_doses_are_steps_that_last_to_the_end_of_the_axis():
    dose = charts.DatedSeries(
        "THC", [(date(2026, 1, 1), 5), (date(2026, 1, 11), 10)], unit="mg", steps=True
    )

    chart = charts.over_time("o", "Dose", [dose], until=date(2026, 1, 21))

    segments = [
        [line.get(name) for name in ("x1", "y1", "x2", "y2")]
        for line in parsed(chart).iter(f"{SVG}line")
        if "rc-line-1" in line.get("class")
    ]
    assert segments == [
        ["0.00%", "50.00%", "50.00%", "50.00%"],
        ["50.00%", "50.00%", "50.00%", "0.00%"],
        ["50.00%", "0.00%", "100.00%", "0.00%"],
    ]
    assert tooltips(chart) == ["THC, 01/01/2026\u202f: 5 mg", "THC, 11/01/2026\u202f: 10 mg"]


def test_scores_and_doses_have_a_scale_each():
    score = charts.DatedSeries("EVA", [(date(2026, 1, 1), 8)])
    dose = charts.DatedSeries("THC", [(date(2026, 1, 1), 20)], unit="mg", steps=True)

    both = str(charts.over_time("o", "Suivi", [score, dose], until=date(2026, 2, 1), top=10))

    assert "rc-chart--two-scales" in both
    assert both.count('text-anchor="start"') == 5


def test_the_map_shows_classes_and_never_a_small_number():
    chart = charts.choropleth("m", "Patients", {"69": 7, "974": 121}, unit="patients")

    shown = {text.partition(" (")[0]: text for text in tooltips(chart)}
    assert shown["Rhône"] == "Rhône (69)\u202f: 1 à 10 patients"
    assert shown["La Réunion"] == "La Réunion (974)\u202f: Plus de 120 patients"
    assert shown["Ain"] == "Ain (01)\u202f: Aucun patients"


def test_the_map_holds_the_101_departements_each_drawn():
    areas = charts.shapes()["areas"]

    codes = {area["code"] for area in areas}
    assert len(areas) == len(codes) == 101
    assert {"2A", "2B", "75", "971", "972", "973", "974", "976"} <= codes
    assert all(area["d"].startswith("M") and area["name"] for area in areas)


@pytest.mark.parametrize(
    ("value", "rank"),
    [(0, 0), (1, 1), (10, 1), (11, 2), (30, 2), (31, 3), (60, 3), (61, 4), (120, 4), (121, 5)],
)
def test_classes_hold_their_upper_bound(value, rank):
    assert charts.class_of(value, charts.COUNT_CLASSES) == rank
    assert charts.COUNT_CLASSES[-1][0] == math.inf
