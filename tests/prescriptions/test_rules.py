"""The law of prescriptions, as tables: both sides of each bound."""

from datetime import date, timedelta

import pytest

from accounts.enums import Role
from prescriptions import rules
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.rules import Period, Prescriber


@pytest.mark.parametrize(
    ("current", "target", "moves"),
    [
        (Status.DRAFT, Status.SIGNED, True),
        (Status.DRAFT, Status.VOIDED, True),
        (Status.SIGNED, Status.VOIDED, True),
        (Status.SIGNED, Status.DRAFT, False),
        (Status.SIGNED, Status.SIGNED, False),
        (Status.VOIDED, Status.SIGNED, False),
        (Status.VOIDED, Status.DRAFT, False),
    ],
)
def test_moves(current, target, moves):
    assert rules.can_move(current, target) == moves


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 3, 20), date(2026, 4, 16)),  # spring clock change inside
        (date(2027, 2, 5), date(2027, 3, 4)),
        (date(2028, 2, 5), date(2028, 3, 3)),  # leap year
        (date(2026, 12, 20), date(2027, 1, 16)),
        (date(2026, 10, 10), date(2026, 11, 6)),  # autumn clock change inside
    ],
)
def test_twenty_eight_days_are_inclusive(starts_on, ends_on):
    assert rules.last_day(starts_on, 28) == ends_on


@pytest.mark.parametrize(
    ("ends_on", "proposed"),
    [
        pytest.param(None, date(2026, 3, 10), id="nothing runs: today"),
        pytest.param(date(2026, 3, 20), date(2026, 3, 21), id="the day after the running one"),
        pytest.param(date(2026, 3, 10), date(2026, 3, 11), id="it ends today"),
        pytest.param(date(2026, 3, 9), date(2026, 3, 10), id="it ended yesterday"),
        pytest.param(date(2026, 1, 1), date(2026, 3, 10), id="never in the past"),
    ],
)
def test_day_after(ends_on, proposed):
    assert rules.day_after(ends_on, date(2026, 3, 10)) == proposed


@pytest.mark.parametrize(
    ("presented_on", "days"),
    [
        pytest.param(date(2023, 5, 1), 28, id="day of writing"),
        pytest.param(date(2023, 5, 4), 28, id="third day after: still everything"),
        pytest.param(date(2023, 5, 5), 24, id="fourth day after: four days are lost"),
        pytest.param(date(2023, 5, 6), 23, id="fifth"),
        pytest.param(date(2023, 5, 28), 1, id="last day"),
        pytest.param(date(2023, 5, 29), 0, id="too late: refuse"),
        pytest.param(date(2023, 8, 1), 0, id="long after: never negative"),
    ],
)
def test_days_due_from_the_writing(presented_on, days):
    signed_on = date(2023, 5, 1)

    assert days == rules.days_due(days=28, counted_from=signed_on, presented_on=presented_on)


def test_the_autumn_clock_change_costs_no_day():
    signed_on, presented_on = date(2026, 10, 23), date(2026, 10, 26)

    assert rules.days_due(days=28, counted_from=signed_on, presented_on=presented_on) == 28


@pytest.mark.parametrize(
    ("days", "delay", "due"),
    [
        pytest.param(14, 0, 14, id="the day the fraction before ends"),
        pytest.param(14, -5, 14, id="before the end: its length, nothing more"),
        pytest.param(14, 3, 14, id="third day after"),
        pytest.param(14, 4, 10, id="fourth day after"),
        pytest.param(14, 13, 1, id="last day"),
        pytest.param(14, 14, 0, id="refuse"),
        pytest.param(2, 3, 2, id="a short fraction is whole on the third day"),
        pytest.param(2, 4, 0, id="and lost on the fourth"),
    ],
)
def test_days_due_of_a_fraction(days, delay, due):
    previous_end = date(2026, 5, 14)

    assert due == rules.days_due(
        days=days, counted_from=previous_end, presented_on=previous_end + timedelta(days=delay)
    )


@pytest.mark.parametrize("days", [1, 2, 3, 4, 5, 14, 27, 28])
def test_the_printed_last_days_are_those_of_the_rule(days):
    written_on = date(2026, 5, 1)

    def due(presented_on):
        return rules.days_due(days=days, counted_from=written_on, presented_on=presented_on)

    full, last = rules.last_day_for_full(written_on), rules.last_day_to_present(written_on, days)

    assert due(full) == days
    assert due(full + timedelta(days=1)) < days
    assert due(last) > 0
    assert due(last + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("days", "fraction_days", "lengths"),
    [
        (28, None, [28]),
        (28, 14, [14, 14]),
        (28, 10, [10, 10, 8]),
        (28, 7, [7, 7, 7, 7]),
        (28, 28, [28]),
        (10, 14, [10]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_fractions_fill_the_duration_exactly(days, fraction_days, lengths):
    assert rules.fractions(days, fraction_days) == lengths
    assert sum(lengths) == days


@pytest.mark.parametrize(
    ("signed_on", "limit"),
    [
        (date(2026, 3, 2), date(2026, 6, 2)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 1, 31), date(2026, 4, 30)),
    ],
)
def test_first_presentation_limit_is_clamped(signed_on, limit):
    assert rules.first_presentation_limit(signed_on, 3) == limit


@pytest.mark.parametrize(
    ("days", "count"), [(1, 0), (28, 0), (30, 0), (31, 1), (60, 1), (61, 2), (360, 11)]
)
def test_renewals(days, count):
    assert rules.renewals(days, 30) == count


ME, OTHER = 1, 2
COVERED = Period(date(2026, 3, 1), date(2026, 3, 28), ME)


@pytest.mark.parametrize(
    ("written_on", "starts_on", "needed"),
    [
        pytest.param(date(2026, 2, 20), date(2026, 2, 20), False, id="runs until the eve"),
        pytest.param(date(2026, 2, 20), date(2026, 2, 23), True, id="runs into its first days"),
        pytest.param(date(2026, 2, 28), date(2026, 3, 29), False, id="before, for after"),
        pytest.param(date(2026, 3, 1), date(2026, 3, 29), True, id="written on its first day"),
        pytest.param(date(2026, 3, 28), date(2026, 3, 29), True, id="written on its last day"),
        pytest.param(date(2026, 3, 29), date(2026, 3, 29), False, id="written the day after"),
        pytest.param(date(2026, 2, 28), date(2026, 3, 28), True, id="starts on its last day"),
    ],
)
def test_needs_mention(written_on, starts_on, needed):
    days = 9 if starts_on < COVERED.first else 28
    new = Period(starts_on, rules.last_day(starts_on, days), ME)

    assert rules.needs_mention(new, written_on, [COVERED]) == needed


def test_another_prescriber_s_period_needs_no_mention_but_is_found():
    new = Period(date(2026, 3, 10), date(2026, 3, 20), OTHER)

    assert not rules.needs_mention(new, date(2026, 3, 10), [COVERED])
    assert rules.overlapped(new, date(2026, 3, 10), [COVERED]) == [COVERED]


GOOD = {
    "role": Role.REFERENCE_DOCTOR,
    "is_entitled": True,
    "is_accredited": True,
    "follows_patient": True,
    "is_listed": True,
}


@pytest.mark.parametrize(
    ("change", "is_initiation", "said"),
    [
        ({}, True, ""),
        ({}, False, ""),
        ({"is_listed": False}, True, "pas inscrite"),
        ({"is_listed": False}, False, ""),
        ({"role": Role.RELAY_DOCTOR}, True, "première prescription"),
        ({"role": Role.RELAY_DOCTOR, "is_listed": False}, False, ""),
        ({"role": Role.PHARMACIST}, False, "ne suivez pas"),
        ({"follows_patient": False}, False, "ne suivez pas"),
        ({"is_entitled": False}, False, "formation"),
        ({"is_accredited": False}, False, "habilité"),
    ],
)
def test_refusal_to_sign(change, is_initiation, said):
    refusal = rules.refusal_to_sign(Prescriber(**(GOOD | change)), is_initiation=is_initiation)

    assert bool(refusal) == bool(said)
    assert said in refusal
