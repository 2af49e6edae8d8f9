from datetime import date

import pytest

from retention.rules import Rule, due_dates, held_until, is_due, is_held, runs_from


RULES = [Rule("IDENTITY", 2), Rule("CLINICAL", 10, after="IDENTITY")]


@pytest.mark.parametrize(
    ("end", "identity", "rest"),
    [
        # interop.md 3.9.
        (date(2024, 2, 29), date(2026, 2, 28), date(2036, 2, 29)),
        (date(2024, 12, 31), date(2026, 12, 31), date(2036, 12, 31)),
        (date(2023, 2, 28), date(2025, 2, 28), date(2035, 2, 28)),
        (None, None, None),
    ],
)
def test_due_dates_are_counted_from_the_end(end, identity, rest):
    assert due_dates(end, RULES) == {"IDENTITY": identity, "CLINICAL": rest}
    assert due_dates(end, reversed(RULES)) == {"IDENTITY": identity, "CLINICAL": rest}


def test_rules_that_wait_for_each_other_are_refused():
    with pytest.raises(ValueError, match="wait for each other"):
        due_dates(date(2024, 1, 1), [Rule("A", 1, after="B"), Rule("B", 1, after="A")])


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        (None, date(2999, 1, 1), False),
        (date(2026, 2, 28), date(2026, 2, 27), False),
        (date(2026, 2, 28), date(2026, 2, 28), False),
        (date(2026, 2, 28), date(2026, 3, 1), True),
    ],
)
def test_the_erasure_begins_the_day_after(due, today, expected):
    assert is_due(due, today) is expected


def test_first_day_of_the_erasure():
    assert runs_from(date(2026, 2, 28)) == date(2026, 3, 1)
    assert runs_from(None) is None


@pytest.mark.parametrize(
    ("today", "reached", "copied", "expected"),
    [
        (date(2029, 3, 2), 5, 4, True),
        (date(2029, 3, 2), 5, 5, False),
        (date(2029, 3, 3), 5, 4, False),
        (date(2029, 3, 2), 0, 0, False),
    ],
)
def test_a_pharmacy_holds_what_it_was_not_handed_over(today, reached, copied, expected):
    held = is_held(date(2026, 3, 2), 3, today, reached=reached, copied=copied)

    assert held is expected
    assert held_until(date(2024, 2, 29), 3) == date(2027, 2, 28)
