from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from core.words import in_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zéro"),
        (1, "un"),
        (16, "seize"),
        (17, "dix-sept"),
        (20, "vingt"),
        (21, "vingt et un"),
        (22, "vingt-deux"),
        (61, "soixante et un"),
        (70, "soixante-dix"),
        (71, "soixante et onze"),
        (72, "soixante-douze"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (90, "quatre-vingt-dix"),
        (91, "quatre-vingt-onze"),
        (99, "quatre-vingt-dix-neuf"),
        (100, "cent"),
        (101, "cent un"),
        (180, "cent quatre-vingts"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (1000, "mille"),
        (1001, "mille un"),
        (80_000, "quatre-vingt mille"),
        (200_000, "deux cent mille"),
        (1_000_000, "un million"),
        (2_000_080, "deux millions quatre-vingts"),
        (
            9_999_999,
            "neuf millions neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf",
        ),
        (Decimal("0.25"), "zéro virgule vingt-cinq"),
        (Decimal("0.05"), "zéro virgule zéro cinq"),
        (Decimal("0.50"), "zéro virgule cinq"),
        (Decimal("1.00"), "un"),
        (Decimal("2.001"), "deux virgule zéro zéro un"),
        (Decimal("1E+2"), "cent"),
    ],
)
def test_in_words(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "une"),
        (21, "vingt et une"),
        (81, "quatre-vingt-une"),
        (101, "cent une"),
        (1001, "mille une"),
        (11, "onze"),
        (71, "soixante et onze"),
        (91, "quatre-vingt-onze"),
        (2, "deux"),
        (0, "zéro"),
    ],
)
def test_in_words_for_a_feminine_unit(number, words):
    assert in_words(number, feminine=True) == words


SMALL = [
    *["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"],
    *["onze", "douze", "treize", "quatorze", "quinze", "seize"],
    *["dix-sept", "dix-huit", "dix-neuf"],
]


def _table():
    """0 to 9999, built by lists instead of divisions: another road to the same words."""
    hundred = list(SMALL)
    for ten in ("vingt", "trente", "quarante", "cinquante", "soixante"):
        width = 20 if ten == "soixante" else 10
        for unit in range(width):
            link = " et " if unit in (1, 11) else "-"
            hundred.append(ten if unit == 0 else f"{ten}{link}{SMALL[unit]}")
    hundred += ["quatre-vingts", *[f"quatre-vingt-{unit}" for unit in SMALL[1:]]]
    thousand = list(hundred)
    for count in range(1, 10):
        cent = "cent" if count == 1 else f"{SMALL[count]} cent"
        thousand.append(cent if count == 1 else f"{cent}s")
        thousand += [f"{cent} {rest}" for rest in hundred[1:]]
    table = list(thousand)
    for count in range(1, 10):
        mille = "mille" if count == 1 else f"{SMALL[count]} mille"
        table.append(mille)
        table += [f"{mille} {rest}" for rest in thousand[1:]]
    return table


def test_every_number_up_to_9999_against_an_independent_table():
    table = _table()

    assert len(table) == 10_000
    assert [n for n in range(10_000) if in_words(n) != table[n]] == []


@given(st.integers(0, 9_999_999))
def test_whole_numbers_against_num2words(number):
    assert in_words(number) == num2words(number, lang="fr")


@pytest.mark.parametrize(
    "number", [-1, 10_000_000, Decimal("-0.1"), Decimal("0.0000001"), Decimal("NaN")]
)
def test_what_nobody_prescribes_is_refused(number):
    with pytest.raises((ValueError, ArithmeticError)):
        in_words(number)
