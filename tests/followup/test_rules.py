from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.enums import Role
from followup import rules
from followup.enums import Standing, Timing, VisitStatus
from followup.rules import Expected
from programmes.enums import VisitKind


@pytest.mark.parametrize(
    ("included_on", "months", "due_on"),
    [
        pytest.param(date(2024, 1, 31), 1, date(2024, 2, 29), id="clamped to a leap February"),
        pytest.param(date(2024, 1, 31), 3, date(2024, 4, 30), id="not chained: 30, not 29"),
        pytest.param(date(2024, 1, 31), 6, date(2024, 7, 31), id="the day comes back"),
        pytest.param(date(2023, 1, 29), 1, date(2023, 2, 28), id="February of 28 days"),
        pytest.param(date(2024, 8, 31), 6, date(2025, 2, 28), id="over the new year"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="leap day"),
        pytest.param(date(2026, 3, 2), 30, date(2028, 9, 2), id="M30"),
    ],
)
def test_due_on(included_on, months, due_on):
    assert rules.due_on(included_on, months) == due_on


def test_window_includes_both_bounds():
    assert rules.window(date(2026, 4, 2), 7, 15) == (date(2026, 3, 26), date(2026, 4, 17))


OPENS, CLOSES = date(2026, 3, 26), date(2026, 4, 9)


@pytest.mark.parametrize(
    ("held_on", "expected"),
    [
        pytest.param(date(2026, 3, 25), Timing.EARLY, id="the day before it opens"),
        pytest.param(date(2026, 3, 26), Timing.IN_WINDOW, id="first day"),
        pytest.param(date(2026, 4, 9), Timing.IN_WINDOW, id="last day"),
        pytest.param(date(2026, 4, 10), Timing.LATE, id="the day after"),
    ],
)
def test_timing(held_on, expected):
    assert rules.timing(held_on, OPENS, CLOSES) == expected


@pytest.mark.parametrize(
    ("moment", "days_ago", "needed"),
    [
        (Timing.IN_WINDOW, 0, False),
        (Timing.IN_WINDOW, 7, False),
        (Timing.IN_WINDOW, 8, True),
        (Timing.UNSCHEDULED, 7, False),
        (Timing.UNSCHEDULED, 8, True),
        (Timing.EARLY, 0, True),
        (Timing.LATE, 0, True),
    ],
)
def test_reason_needed(moment, days_ago, needed):
    today = date(2026, 4, 20)

    assert rules.reason_needed(moment, today - timedelta(days=days_ago), today) == needed


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (Timing.EARLY, "Avant la fenêtre, qui s’ouvre le 26/03/2026"),
        (Timing.LATE, "Après la fenêtre, fermée le 09/04/2026"),
        (Timing.IN_WINDOW, "Saisie plus de 7 jours"),
    ],
)
def test_reason_wanted_says_why(moment, words):
    assert words in rules.reason_wanted(moment, (OPENS, CLOSES))


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.REFERENCE_DOCTOR, [VisitKind.COMPLEX, VisitKind.SIMPLE]),
        (Role.RELAY_DOCTOR, [VisitKind.SIMPLE]),
        (Role.PREPARER, []),
        (Role.PHARMACIST, []),
        (Role.ANALYST, []),
        ("", []),
    ],
)
def test_who_holds_what_no_calendar_planned(role, kinds):
    assert rules.kinds_held_by(role) == kinds


@pytest.mark.parametrize(
    ("holders", "role", "may"),
    [
        ([Role.REFERENCE_DOCTOR], Role.REFERENCE_DOCTOR, True),
        ([Role.REFERENCE_DOCTOR], Role.RELAY_DOCTOR, False),
        ([Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR], Role.RELAY_DOCTOR, True),
        ([Role.REFERENCE_DOCTOR], Role.PREPARER, True),
        ([Role.REFERENCE_DOCTOR], Role.PHARMACIST, False),
        ([Role.REFERENCE_DOCTOR], "", False),
    ],
)
def test_who_fills_a_visit_in(holders, role, may):
    assert rules.may_enter(holders, role) == may


def expected(status, due_on, days=7):
    return Expected(status, due_on, due_on - timedelta(days=days), due_on + timedelta(days=days))


PLANNED, DONE = VisitStatus.PLANNED, VisitStatus.DONE
M1 = expected(PLANNED, date(2026, 4, 2))


@pytest.mark.parametrize(
    ("today", "expected_standing"),
    [
        pytest.param(date(2026, 3, 25), Standing.UPCOMING, id="before it opens"),
        pytest.param(date(2026, 3, 26), Standing.DUE, id="it opens"),
        pytest.param(date(2026, 4, 9), Standing.DUE, id="its last day"),
        pytest.param(date(2026, 4, 10), Standing.OVERDUE, id="one day late"),
    ],
)
def test_standing_of_a_planned_visit(today, expected_standing):
    assert rules.standing(M1, today=today) == expected_standing


@pytest.mark.parametrize(
    ("status", "expected_standing"),
    [
        (VisitStatus.DONE, Standing.DONE),
        (VisitStatus.NOT_DONE, Standing.MISSED),
        (VisitStatus.CLOSED, Standing.CLOSED),
    ],
)
def test_standing_of_a_settled_visit(status, expected_standing):
    settled = expected(status, date(2026, 4, 2))

    assert rules.standing(settled, today=date(2026, 5, 1)) == expected_standing


@pytest.mark.parametrize(
    ("later", "today", "expected_standing"),
    [
        pytest.param(DONE, date(2026, 5, 1), Standing.MISSED, id="a later one was held"),
        pytest.param(PLANNED, date(2026, 5, 25), Standing.OVERDUE, id="the later one is not open"),
        pytest.param(PLANNED, date(2026, 5, 26), Standing.MISSED, id="the later one is expected"),
        pytest.param(
            VisitStatus.CLOSED, date(2026, 6, 5), Standing.OVERDUE, id="the later one is void"
        ),
    ],
)
def test_only_the_latest_expected_visit_is_late(later, today, expected_standing):
    m3 = expected(later, date(2026, 6, 2))

    assert rules.standing(M1, today=today, later=[m3]) == expected_standing


def test_standings_of_a_calendar():
    calendar = [
        expected(DONE, date(2026, 4, 2)),
        expected(PLANNED, date(2026, 6, 2)),
        expected(PLANNED, date(2026, 9, 2)),
        expected(PLANNED, date(2027, 3, 2)),
    ]

    found = [
        rules.standing(one, today=date(2026, 10, 1), later=calendar[rank + 1 :])
        for rank, one in enumerate(calendar)
    ]

    assert found == [Standing.DONE, Standing.MISSED, Standing.OVERDUE, Standing.UPCOMING]


@pytest.mark.parametrize(
    ("today", "days"), [(date(2026, 4, 9), 0), (date(2026, 4, 10), 1), (date(2026, 6, 9), 61)]
)
def test_days_late(today, days):
    assert rules.days_late(CLOSES, today) == days


@pytest.mark.parametrize(
    ("indications", "at_simple", "kind", "asked"),
    [
        pytest.param(set(), True, VisitKind.SIMPLE, True, id="for all, at all visits"),
        pytest.param({1}, True, VisitKind.SIMPLE, True, id="for theirs"),
        pytest.param({2}, True, VisitKind.COMPLEX, False, id="for another indication"),
        pytest.param(set(), False, VisitKind.SIMPLE, False, id="complex visits only"),
        pytest.param(set(), False, VisitKind.COMPLEX, True, id="at a complex visit"),
    ],
)
def test_which_questionnaires_are_asked(indications, at_simple, kind, asked):
    found = rules.is_asked(frozenset(indications), 1, at_simple_visits=at_simple, kind=kind)

    assert found == asked


OPENED = datetime(2026, 4, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        pytest.param(-1, None, id="recorded before it was opened"),
        pytest.param(0, None, id="in no time"),
        pytest.param(1, 1, id="shortest"),
        pytest.param(3600, 3600, id="an hour"),
        pytest.param(3601, None, id="left and taken up again"),
    ],
)
def test_the_time_of_a_form_is_kept_when_it_says_something(seconds, kept):
    assert rules.entry_seconds(OPENED, OPENED + timedelta(seconds=seconds)) == kept


def test_a_form_that_does_not_say_when_it_was_opened_has_no_time():
    assert rules.entry_seconds(None, OPENED) is None
