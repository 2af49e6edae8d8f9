"""The daily dose over time: interruptions, early renewals, several medicines."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from prescriptions.doses import Course, daily


D = Decimal


def at(day):
    return datetime(2026, 3, day, 9, tzinfo=UTC)


def course(first, last, *, thc="10", cbd="0", product=1, signed=1, replaces=None):
    days = (date(2026, 3, first), date(2026, 3, last))
    return Course(product, *days, at(signed), D(thc), D(cbd), replaces)


def told(*courses, until=31):
    doses = daily(courses, date(2026, 3, until))
    return [(dose.on.day, int(dose.thc_mg), int(dose.cbd_mg)) for dose in doses]


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([course(2, 10)], [(2, 10, 0), (11, 0, 0)], id="begins and ends"),
        pytest.param(
            [course(2, 10), course(11, 20, thc="20", signed=9)],
            [(2, 10, 0), (11, 20, 0), (21, 0, 0)],
            id="one after the other, without a gap",
        ),
        pytest.param(
            [course(2, 10), course(15, 20, signed=12)],
            [(2, 10, 0), (11, 0, 0), (15, 10, 0), (21, 0, 0)],
            id="an interruption of four days",
        ),
        pytest.param(
            [course(2, 10), course(14, 20, signed=12)],
            [(2, 10, 0), (21, 0, 0)],
            id="three days between two prescriptions interrupt nothing",
        ),
        pytest.param(
            [course(2, 10), course(11, 20, signed=9)],
            [(2, 10, 0), (21, 0, 0)],
            id="the same dose renewed is no change",
        ),
        pytest.param(
            [course(2, 20), course(11, 25, thc="20", signed=11)],
            [(2, 10, 0), (11, 20, 0), (26, 0, 0)],
            id="another dosage takes the place of the running one",
        ),
        pytest.param(
            [course(11, 25, thc="20", signed=1), course(2, 20, signed=2)],
            [(2, 10, 0), (21, 20, 0), (26, 0, 0)],
            id="the later signature counts, wherever it starts",
        ),
        pytest.param(
            [course(2, 20), course(5, 10, thc="0", cbd="50", product=2)],
            [(2, 10, 0), (5, 10, 50), (11, 10, 0), (21, 0, 0)],
            id="two medicines add up",
        ),
        pytest.param(
            [course(2, 20), course(5, 25, thc="12", product=2, signed=5, replaces=1)],
            [(2, 10, 0), (5, 12, 0), (26, 0, 0)],
            id="what replaces a medicine that is missing is not added to it",
        ),
        pytest.param(
            [
                course(2, 20, signed=6),
                course(2, 20, thc="12", product=2, signed=1, replaces=1),
            ],
            [(2, 22, 0), (21, 0, 0)],
            id="a medicine signed again afterwards is",
        ),
    ],
)
def test_daily(courses, expected):
    assert told(*courses) == expected


@pytest.mark.parametrize(("until", "count"), [(10, 1), (11, 2), (1, 0)])
def test_nothing_is_said_after_the_last_day(until, count):
    assert len(told(course(2, 10), until=until)) == count
