"""What is due, against a second implementation: it counts days one by one on its fingers."""

import random
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

import pytest

from pharmacies import rules
from pharmacies.rules import Limits, Ordered, Supply


DAY = timedelta(days=1)
# Month ends, a leap day, both clock changes and a new year are within.
FIRST = date(2027, 10, 1)


def _drawn(dice):
    """A narcotic line with steps, presented and handed over at random, each time what is due."""
    days, written = dice.randint(1, 28), FIRST + dice.randint(0, 400) * DAY
    daily = tuple(Decimal(dice.choice([1, 2, 5])) / 4 for _ in range(days))
    line = Ordered(
        is_narcotic=True,
        signed_on=written,
        starts_on=written + dice.choice([0, 0, 0, 1, 5]) * DAY,
        daily=daily,
        fraction_days=dice.choice([None, 1, 3, 7, 10, 14]),
    )
    presented, supplies, on = {}, [], written + dice.choice([0, 1, 3, 4, 9, 27, 28]) * DAY
    for _ in range(dice.randint(0, 4)):
        found = rules.due(line, presented=presented, supplies=supplies, on=on)
        if found.refused:
            break
        presented.setdefault(found.fraction_no, on)
        given = dice.randint(1, found.days)
        exact = rules.quantity_of(line, found.first_day, given)
        supplies.append(Supply(found.fraction_no, on, given, exact))
        on += dice.choice([0, 1, 2, 6, 7, 8, 11]) * DAY
    return line, presented, supplies, on


def _chunks(line):
    """The days of the line, shared out fraction after fraction."""
    size = line.fraction_days or line.days
    ranks = list(range(line.days))
    return [ranks[start : start + size] for start in range(0, line.days, size)]


def _taken(line, supplies):
    """The last day on which the patient has something to take, one dose a day."""
    free = line.starts_on
    for supply in supplies:
        free = max(free, supply.on)
        for _ in range(supply.days):
            free += DAY
    return free - DAY


def _by_hand(line, presented, supplies, on):
    """Number of the fraction and the ranks of the days that may leave; no days: refuse."""
    counted_from, end = line.signed_on, line.starts_on - DAY
    for no, ranks in enumerate(_chunks(line), 1):
        delay, day = 0, counted_from
        while day < presented.get(no, on):
            day, delay = day + DAY, delay + 1
        left = ranks if delay <= 3 else ranks[delay:]
        own = [supply for supply in supplies if supply.fraction_no == no]
        for supply in own:
            left = left[supply.days :]
        if left:
            return no, left
        so_far = [supply for supply in supplies if supply.fraction_no <= no]
        counted_from = end = _taken(line, so_far) if own else end + len(ranks) * DAY
    return no, []


def test_thousands_of_narcotic_lines_against_a_count_day_by_day():
    dice = random.Random(5132)

    for _ in range(4000):
        line, presented, supplies, on = _drawn(dice)
        found = rules.due(line, presented=presented, supplies=supplies, on=on)
        no, left = _by_hand(line, presented, supplies, on)

        assert (found.fraction_no, found.days) == (no, len(left)), (line, presented, supplies, on)
        assert bool(found.refused) == (not left)
        if left:
            assert found.first_day == left[0]
            assert found.quantity == sum(line.daily[rank] for rank in left)


# --- Packs that are not opened: nobody is left without, nobody holds a pack too many -------------


def _patient_who_comes_when_it_opens(line, size, *, days):
    """Everything handed over, in whole packs, to somebody who comes on each day of opening."""
    presented, supplies, on = {}, [], line.signed_on
    for _ in range(400):
        found = rules.due(line, presented=presented, supplies=supplies, on=on)
        if found.refused:
            return supplies
        if found.is_early(on):
            on = found.opens_on
            continue
        presented.setdefault(found.fraction_no, on)
        asked = min(days, found.days)
        needed = rules.net_of(line, found, asked)
        packs = (needed / size).to_integral_value(ROUND_CEILING)
        supplies.append(Supply(found.fraction_no, on, asked, packs * size))
    raise AssertionError("the line never ends")


@pytest.mark.parametrize(
    ("dose", "length", "size", "most"),
    [
        pytest.param("0.2", 90, 10, 30, id="a child's drop of oil, by the month"),
        pytest.param("0.8", 365, 50, 30, id="CBD 50, a year of it"),
        pytest.param("0.1", 365, 50, 30, id="one bottle lasts longer than a year"),
        pytest.param("1", 90, 10, 30, id="no surplus at all"),
        pytest.param("1.7", 100, 10, 28, id="a surplus each time"),
        pytest.param("0.3", 90, 10, 7, id="by the week"),
    ],
)
def test_an_ordinary_line_is_served_to_its_end(dose, length, size, most):
    limits = Limits(max_supply_days=most, max_treatment_days=400, first_presentation_months=3)
    daily = (Decimal(dose),) * length
    line = Ordered(is_narcotic=False, signed_on=FIRST, starts_on=FIRST, daily=daily, limits=limits)
    supplies = _patient_who_comes_when_it_opens(line, Decimal(size), days=most)

    assert sum(daily) <= sum(one.quantity for one in supplies) < sum(daily) + size
    assert _never_without(line, supplies)


@pytest.mark.parametrize("fraction_days", [None, 1, 5, 7, 10, 14])
@pytest.mark.parametrize("dose", ["0.1", "0.4", "0.5", "0.9", "1", "1.3"])
def test_the_fractions_of_a_narcotic_are_served_to_their_end(dose, fraction_days):
    daily = (Decimal(dose),) * 28
    line = Ordered(
        is_narcotic=True,
        signed_on=FIRST,
        starts_on=FIRST,
        daily=daily,
        fraction_days=fraction_days,
    )
    supplies = _patient_who_comes_when_it_opens(line, Decimal(10), days=28)

    assert sum(daily) <= sum(one.quantity for one in supplies) < sum(daily) + 10
    assert _never_without(line, supplies)


def _never_without(line, supplies):
    """Whether each day of the line is taken from what was in hand that morning."""
    in_hand, coming = Decimal(0), list(supplies)
    for rank, dose in enumerate(line.daily):
        today = line.starts_on + rank * DAY
        while coming and coming[0].on <= today:
            in_hand += coming.pop(0).quantity
        in_hand -= dose
        if in_hand < 0:
            return False
    return True


def test_days_lost_by_a_late_fraction_use_up_what_was_in_hand():
    line = Ordered(
        is_narcotic=True,
        signed_on=FIRST,
        starts_on=FIRST,
        daily=(Decimal("0.5"),) * 28,
        fraction_days=7,
    )
    supplies = [Supply(1, FIRST, 7, Decimal(5))]
    late = FIRST + 10 * DAY
    found = rules.due(line, presented={1: FIRST}, supplies=supplies, on=late)

    # Counted from the seventh day: presented four days later, three days are left, in full.
    assert (found.fraction_no, found.days, found.quantity) == (2, 3, Decimal("1.5"))


def test_a_fraction_that_a_surplus_covers_is_passed_over_and_told():
    line = Ordered(
        is_narcotic=True,
        signed_on=FIRST,
        starts_on=FIRST,
        daily=(Decimal("0.5"),) * 28,
        fraction_days=7,
    )
    supplies = [Supply(1, FIRST, 7, Decimal(10))]
    found = rules.due(line, presented={1: FIRST}, supplies=supplies, on=FIRST + 8 * DAY)

    assert (found.fraction_no, found.days, found.quantity) == (3, 7, Decimal("0.5"))
    assert found.opens_on == FIRST + 14 * DAY
    assert "Ce qui a été remis en plus a couvert 7 jours." in found.arithmetic
