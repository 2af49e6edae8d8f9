"""Titrations and weanings: what the templates give, and how they are cut into prescriptions."""

from decimal import Decimal

import pytest

from prescriptions import stairs
from prescriptions.dosage import Step
from prescriptions.enums import PlanKind
from programmes.enums import Unit


D = Decimal


def told(steps):
    return [(str(step.dose.normalize()), step.intakes_per_day, step.days) for step in steps]


def test_every_template_has_a_source_and_says_it_is_to_be_checked():
    assert len(stairs.templates()) == 6
    for template in stairs.templates().values():
        assert "vérifier" in template.source or "Choix du registre" in template.source


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        pytest.param("40", [("0.1", 2, 3), ("0.2", 2, 3), ("0.3", 2, 3), ("0.4", 2, 3)], id="all"),
        pytest.param("25", [("0.1", 2, 3), ("0.2", 2, 3), ("0.25", 2, 3)], id="reached exactly"),
        pytest.param("10", [("0.1", 2, 3)], id="one step"),
        pytest.param("5", [("0.05", 2, 3)], id="below the start"),
    ],
)
def test_a_titration_reaches_its_most_and_never_passes_it(most, expected):
    template = stairs.templates()["titration-cbd"]

    steps = stairs.titration(template, mg_per_unit=D(50), intakes=2, unit=Unit.ML, most_mg=D(most))

    assert told(steps) == expected


def test_what_cannot_be_measured_is_the_smallest_dose_and_equal_steps_are_one():
    template = stairs.templates()["titration-thc-lente"]

    steps = stairs.titration(template, mg_per_unit=D(25), intakes=2, unit=Unit.ML, most_mg=D(5))

    # 1 to 5 mg a day of an oil of 25 mg/mL: 0.02 to 0.1 mL an intake.
    assert told(steps) == [("0.05", 2, 28), ("0.1", 2, 7)]


@pytest.mark.parametrize(
    ("code", "dose", "unit", "expected"),
    [
        pytest.param(
            "sevrage-moyen", "1", Unit.ML, [("0.75", 2, 7), ("0.5", 2, 7), ("0.25", 2, 7)], id="oil"
        ),
        pytest.param(
            "sevrage-rapide", "0.1", Unit.ML, [("0.1", 2, 3), ("0.05", 2, 6)], id="rounded up"
        ),
        pytest.param(
            "sevrage-moyen", "2", Unit.UNIT, [("2", 2, 7), ("1", 2, 14)], id="whole tablets"
        ),
        pytest.param("sevrage-moyen", "0.05", Unit.ML, [("0.05", 2, 21)], id="smallest already"),
        pytest.param("sevrage-moyen", "0.03", Unit.ML, [("0.03", 2, 21)], id="never above"),
    ],
)
def test_a_weaning_goes_down_and_never_faster_than_its_template(code, dose, unit, expected):
    steps = stairs.weaning(stairs.templates()[code], dose=D(dose), intakes=2, unit=unit)

    assert told(steps) == expected


def test_a_slow_weaning_has_nine_steps():
    slow = stairs.templates()["sevrage-lent"]

    steps = stairs.weaning(slow, dose=D(1), intakes=2, unit=Unit.ML)

    assert (len(steps), sum(step.days for step in steps)) == (9, 63)
    assert slow.kind == PlanKind.WEANING


PLAN = [Step(D(1), 2, 10), Step(D(2), 2, 30), Step(D(3), 1, 5)]


@pytest.mark.parametrize(
    ("skip", "days", "expected"),
    [
        pytest.param(0, 28, [("1", 2, 10), ("2", 2, 18)], id="the first 28 days"),
        pytest.param(28, 28, [("2", 2, 12), ("3", 1, 5)], id="what follows, to the end"),
        pytest.param(10, 30, [("2", 2, 30)], id="exactly one step"),
        pytest.param(9, 2, [("1", 2, 1), ("2", 2, 1)], id="over a bound"),
        pytest.param(45, 28, [], id="after the end"),
        pytest.param(44, 28, [("3", 1, 1)], id="its last day"),
    ],
)
def test_part(skip, days, expected):
    assert told(stairs.part(PLAN, skip=skip, days=days)) == expected
