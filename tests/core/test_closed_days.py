"""Closed days: dates in, dates out."""

from datetime import date, timedelta

import pytest

from core.closed_days import ClosedDays, nearest_open, next_open, public_holidays


# 2 March 2026 is a Monday.
MARCH = ClosedDays("12345", [(date(2026, 3, 9), date(2026, 3, 11))])


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        pytest.param(date(2026, 3, 6), False, id="Friday"),
        pytest.param(date(2026, 3, 7), True, id="Saturday"),
        pytest.param(date(2026, 3, 8), True, id="Sunday"),
        pytest.param(date(2026, 3, 9), True, id="first day of the closure"),
        pytest.param(date(2026, 3, 11), True, id="last day of the closure"),
        pytest.param(date(2026, 3, 12), False, id="the day after"),
    ],
)
def test_a_place_is_closed_by_its_week_and_its_closures(day, closed):
    assert MARCH.holds(day) == closed


@pytest.mark.parametrize(
    ("day", "first", "last", "proposed"),
    [
        pytest.param(date(2026, 3, 6), 1, 20, date(2026, 3, 6), id="open: the day itself"),
        pytest.param(date(2026, 3, 7), 1, 20, date(2026, 3, 12), id="the first open one after"),
        pytest.param(date(2026, 3, 7), 1, 12, date(2026, 3, 12), id="the last day is inside"),
        pytest.param(date(2026, 3, 7), 1, 11, date(2026, 3, 6), id="none after: the one before"),
        pytest.param(date(2026, 3, 7), 6, 7, date(2026, 3, 6), id="the first day is inside"),
        pytest.param(date(2026, 3, 7), 7, 11, None, id="closed from end to end"),
    ],
)
def test_the_nearest_open_day_stays_in_the_window(day, first, last, proposed):
    window = {"first": date(2026, 3, first), "last": date(2026, 3, last)}

    assert nearest_open(day, MARCH, **window) == proposed


@pytest.mark.parametrize(
    ("year", "monday_of_easter", "ascension", "monday_of_pentecost"),
    [
        (2024, date(2024, 4, 1), date(2024, 5, 9), date(2024, 5, 20)),
        (2026, date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)),
        (2027, date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)),
    ],
)
def test_public_holidays_follow_easter(year, monday_of_easter, ascension, monday_of_pentecost):
    days = dict(public_holidays(year))

    assert len(days) == 11
    assert days[monday_of_easter] == "Lundi de Pâques"
    assert days[ascension] == "Ascension"
    assert days[monday_of_pentecost] == "Lundi de Pentecôte"
    assert days[date(year, 7, 14)] == "Fête nationale"


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param(date(2026, 12, 24), date(2026, 12, 24), id="open"),
        pytest.param(date(2026, 12, 25), date(2026, 12, 28), id="a holiday before a week-end"),
        pytest.param(date(2026, 12, 26), date(2026, 12, 28), id="a Saturday"),
    ],
)
def test_the_next_open_day(day, found):
    closed = ClosedDays(spans=[(date(2026, 12, 25), date(2026, 12, 25))])

    assert next_open(day, closed) == found


@pytest.mark.parametrize(("last", "found"), [(119, True), (120, False)])
def test_no_open_day_is_looked_for_after_four_months(last, found):
    day = date(2026, 1, 5)
    closed = ClosedDays("1234567", [(day, day + timedelta(days=last))])

    assert (next_open(day, closed) is not None) == found
