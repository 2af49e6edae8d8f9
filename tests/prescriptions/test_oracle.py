"""Overlaps and full letters, against a second and naive way to the same answer."""

import random
from datetime import date, timedelta
from decimal import Decimal

from num2words import num2words

from core.words import in_words
from prescriptions import rules, words
from prescriptions.rules import Period


DAY = timedelta(days=1)


def _days(period):
    """Each day of a period, one by one."""
    found, day = set(), period.first
    while day <= period.last:
        found.add(day)
        day += DAY
    return found


def _drawn(dice, prescriber):
    first = date(2028, 2, 1) + dice.randint(0, 60) * DAY
    return Period(first, first + dice.randint(0, 27) * DAY, prescriber)


def test_thousands_of_overlaps_against_sets_of_days():
    dice = random.Random(5132)

    for _ in range(3000):
        new = _drawn(dice, 1)
        written_on = new.first - dice.choice([0, 0, 1, 3, 20]) * DAY
        signed = [_drawn(dice, dice.choice([1, 1, 2, "10001234567"])) for _ in range(3)]
        met = [one for one in signed if _days(one) & (_days(new) | {written_on})]

        assert rules.overlapped(new, written_on, signed) == met
        assert rules.needs_mention(new, written_on, signed) == (
            1 in {one.prescriber_id for one in met}
        )


def _spelled(number):
    """The whole part, then each zero that leads the decimals, then the rest of them."""
    whole, _, decimals = str(number).partition(".")
    said = num2words(int(whole), lang="fr")
    decimals = decimals.rstrip("0")
    if not decimals:
        return said
    said += " virgule"
    while decimals[0] == "0":
        said, decimals = f"{said} zéro", decimals[1:]
    return f"{said} {num2words(int(decimals), lang='fr')}"


def test_decimals_in_letters_against_num2words():
    dice = random.Random(5132)
    drawn = [Decimal(dice.randint(0, 3_000_000)) / 10 ** dice.randint(0, 4) for _ in range(2000)]

    assert [number for number in drawn if in_words(number) != _spelled(number)] == []


def test_feminine_numbers_against_num2words():
    """«Un» alone takes its mark: «onze», «soixante et onze» end otherwise."""
    wrong = []
    for number in range(2000):
        said = num2words(number, lang="fr")
        *before, last = said.replace("-", " - ").split(" ")
        said = "".join([*(f"{word} " for word in before), "une" if last == "un" else last])
        if in_words(number, feminine=True) != said.replace(" - ", "-"):
            wrong.append(number)

    assert wrong == []


def test_nouns_take_their_plural_from_two_on():
    dice = random.Random(5132)
    for _ in range(2000):
        number = Decimal(dice.randint(0, 5000)) / 10 ** dice.randint(0, 3)
        said = words.counted(number, ("millilitre", False))

        assert said == f"{_spelled(number)} millilitre{'s' if number >= 2 else ''}"


def test_the_article_before_every_size_of_a_pack():
    """Nothing is elided before a consonant, «huit» and «onze»; only «un» begins with a vowel."""
    for size in range(1, 2000):
        said = words.of(num2words(size, lang="fr"))

        assert said.startswith("d’un") == (size == 1), said
        assert said.startswith("de ") == (size != 1), said
