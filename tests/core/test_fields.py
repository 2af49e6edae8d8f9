from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core.fields import FrenchDateField, FrenchDecimalField, FrenchIntegerField


def refusal(field, typed):
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    "typed",
    ["01/02/2026", "1/2/2026", "01022026", " 01.02.2026 ", "1-2-2026", "01 02 2026"],
)
def test_a_date_is_read_as_it_is_typed_in_france(typed):
    assert FrenchDateField().clean(typed) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-02-01", "JJ/MM/AAAA"),
        ("1/2/26", "JJ/MM/AAAA"),
        ("1022026", "JJ/MM/AAAA"),
        ("demain", "JJ/MM/AAAA"),
        ("١/٢/٢٠٢٦", "JJ/MM/AAAA"),  # noqa: RUF001
        ("31/02/2026", "n’existe pas"),
        ("29/02/2025", "n’existe pas"),
        ("00/01/2026", "n’existe pas"),
        ("31/12/1799", "de 1800 à 2199"),
        ("01/01/2200", "de 1800 à 2199"),
        ("", "obligatoire"),
    ],
)
def test_what_is_not_a_date_is_refused_in_words(typed, words):
    assert words in refusal(FrenchDateField(), typed)


@pytest.mark.parametrize("typed", ["01/01/1800", "31/12/2199"])
def test_both_ends_of_the_years_are_dates(typed):
    assert f"{FrenchDateField().clean(typed):%d/%m/%Y}" == typed


def test_an_optional_date_may_be_left_empty():
    assert FrenchDateField(required=False).clean("") is None


def test_a_date_already_known_is_kept():
    assert FrenchDateField().clean(date(2026, 2, 1)) == date(2026, 2, 1)
    assert FrenchDateField().clean(datetime(2026, 2, 1, 12, tzinfo=UTC)) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("31/12/2025", "01/01/2026 ou après"), ("01/01/2026", ""), ("31/01/2026", ""),
     ("01/02/2026", "31/01/2026 ou avant")],
)  # fmt: skip
def test_both_bounds_of_a_date_are_accepted(typed, words):
    field = FrenchDateField(earliest=date(2026, 1, 1), latest=date(2026, 1, 31))

    if words:
        assert words in refusal(field, typed)
    else:
        assert field.clean(typed)


def test_the_bounds_of_a_date_are_told_to_the_script():
    field = FrenchDateField()

    field.limit(latest=date(2026, 1, 31))

    assert field.widget.attrs["data-max"] == "2026-01-31"
    assert field.widget.attrs["data-kind"] == "date"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        (" 1 234,5 ", "1234.5"),
        ("1\u202f000", "1000"),
        ("-1", "-1"),
        ("0", "0"),
    ],
)
def test_a_decimal_takes_a_comma_or_a_point(typed, value):
    assert FrenchDecimalField().clean(typed) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("deux", "Écrivez un nombre"),
        ("1,2,3", "Écrivez un nombre"),
        ("1e3", "Écrivez un nombre"),
        ("NaN", "Écrivez un nombre"),
        (",5", "Écrivez un nombre"),
        ("2,555", "Pas plus de 2 chiffres"),
        ("0,4", "minimale est 0,5"),
        ("10,1", "maximale est 10."),
        ("", "obligatoire"),
    ],
)
def test_what_is_not_an_accepted_decimal_is_refused_in_words(typed, words):
    field = FrenchDecimalField(min_value=Decimal("0.5"), max_value=10)

    assert words in refusal(field, typed)


@pytest.mark.parametrize("typed", ["0,5", "10", "10,00"])
def test_both_bounds_of_a_decimal_are_accepted(typed):
    assert FrenchDecimalField(min_value=Decimal("0.5"), max_value=10).clean(typed)


def test_one_digit_is_singular():
    field = FrenchDecimalField(decimals=1)

    assert refusal(field, "2,55") == "Pas plus de 1 chiffre après la virgule."


def test_an_integer_is_an_integer():
    field = FrenchIntegerField(required=False)

    assert (field.clean("28"), type(field.clean("28"))) == (28, int)
    assert field.clean("") is None
    assert refusal(field, "2,5") == "Écrivez un nombre entier, sans virgule."
    assert "nombre entier" in refusal(field, "deux")


def test_initial_values_are_shown_as_typed_in_france():
    class Weighing(forms.Form):
        weight = FrenchDecimalField(unit="kg")
        on = FrenchDateField()

    form = Weighing(initial={"weight": Decimal("1071.50"), "on": date(2026, 2, 1)})

    assert 'value="1071,5"' in str(form["weight"])
    assert 'value="01/02/2026"' in str(form["on"])


def test_what_was_typed_stays():
    class Weighing(forms.Form):
        weight = FrenchDecimalField()
        on = FrenchDateField()

    form = Weighing({"weight": "71,5 kilos", "on": "hier"})

    assert 'value="71,5 kilos"' in str(form["weight"])
    assert 'value="hier"' in str(form["on"])
