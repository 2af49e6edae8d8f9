from decimal import Decimal

import pytest

from prescriptions import words
from prescriptions.dosage import Step
from programmes.enums import Form, Unit


D = Decimal


@pytest.mark.parametrize(
    ("number", "unit", "form", "letters"),
    [
        ("0.5", Unit.ML, Form.OIL, "zéro virgule cinq millilitre"),
        ("0.25", Unit.ML, Form.OIL, "zéro virgule vingt-cinq millilitre"),
        ("0.05", Unit.ML, Form.OIL, "zéro virgule zéro cinq millilitre"),
        ("1", Unit.ML, Form.OIL, "un millilitre"),
        ("1.9", Unit.ML, Form.OIL, "un virgule neuf millilitre"),
        ("2", Unit.ML, Form.OIL, "deux millilitres"),
        ("2.5000", Unit.ML, Form.OIL, "deux virgule cinq millilitres"),
        ("28", Unit.ML, Form.OIL, "vingt-huit millilitres"),
        ("80", Unit.ML, Form.OIL, "quatre-vingts millilitres"),
        ("71", Unit.ML, Form.OIL, "soixante et onze millilitres"),
        ("200", Unit.ML, Form.OIL, "deux cents millilitres"),
        ("0.1", Unit.G, Form.FLOWER, "zéro virgule un gramme"),
        ("21", Unit.G, Form.FLOWER, "vingt et un grammes"),
        ("1", Unit.UNIT, Form.TABLET, "un comprimé"),
        ("2", Unit.UNIT, Form.TABLET, "deux comprimés"),
        ("1", Unit.UNIT, Form.CAPSULE, "une capsule"),
        ("21", Unit.UNIT, Form.CAPSULE, "vingt et une capsules"),
        ("81", Unit.UNIT, Form.CAPSULE, "quatre-vingt-une capsules"),
        ("1000000", Unit.UNIT, Form.TABLET, "un million de comprimés"),
    ],
)
def test_quantity(number, unit, form, letters):
    assert words.quantity(D(number), unit, form) == letters


@pytest.mark.parametrize(
    ("intakes", "letters"),
    [(1, "une fois par jour"), (2, "deux fois par jour"), (21, "vingt et une fois par jour")],
)
def test_times_a_day(intakes, letters):
    assert words.times_a_day(intakes) == letters


@pytest.mark.parametrize(
    ("days", "letters"), [(1, "un jour"), (21, "vingt et un jours"), (28, "vingt-huit jours")]
)
def test_days(days, letters):
    assert words.days(days) == letters


@pytest.mark.parametrize(
    ("count", "size", "form", "letters"),
    [
        (1, "10", Form.OIL, "un flacon de dix millilitres"),
        (2, "50", Form.OIL, "deux flacons de cinquante millilitres"),
        (2, "1", Form.OIL, "deux flacons d’un millilitre"),
        (1, "11", Form.OIL, "un flacon de onze millilitres"),
        (1, "8", Form.OIL, "un flacon de huit millilitres"),
    ],
)
def test_packs(count, size, form, letters):
    assert words.packs(count, D(size), Unit.ML, form) == letters


def test_packs_of_a_feminine_noun():
    assert words.packs(21, D(1), Unit.G, Form.FLOWER) == "vingt et une boîtes d’un gramme"


@pytest.mark.parametrize(
    ("thc", "cbd", "letters"),
    [
        (
            "25.0000",
            "25.0000",
            "vingt-cinq milligrammes de THC et vingt-cinq milligrammes de CBD par millilitre",
        ),
        ("0.0000", "50.0000", "cinquante milligrammes de CBD par millilitre"),
        ("2.5", "0", "deux virgule cinq milligrammes de THC par millilitre"),
        ("0", "0", "sans THC ni CBD par millilitre"),
    ],
)
def test_strength(thc, cbd, letters):
    assert words.strength(D(thc), D(cbd), Unit.ML, Form.OIL) == letters


def test_a_step_is_one_sentence():
    said = words.step(Step(D("0.5"), 2, 28), Unit.ML, Form.OIL)

    assert words.capital(said) == (
        "Zéro virgule cinq millilitre par prise, deux fois par jour, pendant vingt-huit jours"
    )


def test_as_needed_says_the_most_in_a_day():
    said = words.step(Step(D("0.1"), 4, 21, as_needed=True), Unit.G, Form.FLOWER)

    assert said == (
        "zéro virgule un gramme par prise, si besoin, quatre fois par jour au plus "
        "(zéro virgule quatre gramme par jour au plus), pendant vingt et un jours"
    )


@pytest.mark.parametrize(
    ("unit", "form", "number", "symbol"),
    [
        (Unit.ML, Form.OIL, 5, "mL"),
        (Unit.G, Form.FLOWER, 5, "g"),
        (Unit.UNIT, Form.TABLET, 1, "comprimé"),
        (Unit.UNIT, Form.CAPSULE, 2, "capsules"),
        (Unit.UNIT, Form.OIL, 2, "unités"),
    ],
)
def test_unit_symbol(unit, form, number, symbol):
    assert words.unit_symbol(unit, form, number) == symbol
