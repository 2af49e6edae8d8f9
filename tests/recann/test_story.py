"""What the cohort tells: many are relieved while the dose is found, some are not, some leave."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest

from recann.cohort import answers, story
from recann.cohort.plan import Course
from recann.cohort.reference import Version
from recann.cohort.treatment import Dose, Taste, treatments


TODAY = date(2026, 11, 22)
BEGUN = date(2024, 1, 8)
MONTHS = (0, 1, 3, 6, 12, 18, 24, 30)
TASTE = Taste("T10C10", Decimal("0.4"), Decimal("0.3"), is_adapted=True)
TOLERANCE = Version(
    1, "tolerance", BEGUN, TODAY, True, frozenset(), frozenset({"has_adverse_event", "tolerance"})
)
COMMON = replace(TOLERANCE, code="commun", items=frozenset({"pgic", "weight"}))


def course(reason="", days=400, event=None, group="DN"):
    ended_on = BEGUN + timedelta(days=days) if reason else None
    event_on = None if event is None else BEGUN + timedelta(days=event)
    return Course(group, BEGUN, BEGUN, ended_on, reason, event_on)


def told(of, count=200):
    """Stories of so many patients with this course."""
    drawn = random.Random(1)
    return [story.draw(of, sex="F", today=TODAY, drawn=drawn) for _ in range(count)]


def mean(values):
    found = list(values)
    return sum(found) / len(found)


# --- Symptoms --------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["DN", "SPAS-SEP", "SPAS-SNC", "EPI", "ONCO", "PALL"])
def test_most_people_are_better_once_the_dose_is_found(group):
    everyone = told(course(group=group))
    levels = [mean(one.level(months) for one in everyone) for months in (0, 1, 3, 6)]

    assert levels == sorted(levels, reverse=True)
    assert levels[-1] < 0.72 * levels[0]
    assert 0.1 < mean(one.level(12) > 0.85 * one.baseline for one in everyone) < 0.35


def test_from_one_visit_to_the_next_nobody_jumps():
    drawn = random.Random(2)
    jumps = []
    for one in told(course()):
        held = [BEGUN + timedelta(days=30 * months) for months in MONTHS]
        scores = [answers.day(one, on, BEGUN, "F", drawn).score for on in held]
        jumps += [abs(b - a) for a, b in pairwise(scores[3:])]

    assert mean(jumps) < 0.8
    assert mean(jump > 2 for jump in jumps) < 0.02


def test_whom_nothing_relieves_leaves_as_ill_as_they_came():
    for one in told(course("INEFFICACY")):
        assert one.level(one.span) > 0.85 * one.baseline - 0.5


def test_the_last_months_of_a_life_are_the_worst():
    everyone = told(course("DEATH", group="PALL"))

    assert mean(one.level(one.span) - one.level(one.span - 4) for one in everyone) > 1.5
    assert mean(_weight(one, 9) - _weight(one, one.span) for one in everyone) > 3


def _weight(one, months):
    on = BEGUN + timedelta(days=round(30 * months))
    day = answers.day(one, on, BEGUN, "F", random.Random(3))
    return json.loads(answers.typed(COMMON, day, random.Random(3)))["weight"]


@pytest.mark.parametrize(
    ("part", "felt"),
    [(0.3, "1"), (0.6, "2"), (0.8, "3"), (1.0, "4"), (1.2, "5"), (1.5, "6"), (1.7, "7")],
)
def test_the_change_felt_is_that_of_the_symptom(part, felt):
    one = replace(told(course(), 1)[0], baseline=5)
    day = answers.Day(one, BEGUN + timedelta(days=90), BEGUN, "M", 5 * part)

    said = json.loads(answers.typed(COMMON, day, random.Random(1)))

    assert said["pgic"] == felt


# --- Tolerance -------------------------------------------------------------------------------


def _tolerated(one, *, on, since=BEGUN):
    day = answers.day(one, on, since, "F", random.Random(1))
    return json.loads(answers.typed(TOLERANCE, day, random.Random(1)))


def test_who_leaves_for_an_adverse_effect_bears_the_treatment_badly_before():
    one = replace(told(course("ADVERSE_EVENT", event=390), 1)[0], is_sensitive=False)
    ended_on = one.course.ended_on

    assert _tolerated(one, on=ended_on)["tolerance"] == "poor"
    assert _tolerated(one, on=ended_on - timedelta(days=59))["tolerance"] == "poor"
    assert _tolerated(one, on=ended_on - timedelta(days=60))["tolerance"] != "poor"
    assert _tolerated(one, on=ended_on, since=ended_on)["tolerance"] != "poor"


@pytest.mark.parametrize(("event", "is_told"), [(30, False), (31, True), (90, True), (91, False)])
def test_an_event_is_told_at_the_visit_that_follows_it(event, is_told):
    one = replace(told(course(event=event), 1)[0], events=(BEGUN + timedelta(days=event),))
    since, on = BEGUN + timedelta(days=30), BEGUN + timedelta(days=90)

    assert _tolerated(one, on=on, since=since)["has_adverse_event"] is is_told


def test_no_event_is_drawn_after_the_exit():
    for one in told(course("INEFFICACY", days=60, event=20)):
        assert one.events[0] == one.course.event_on
        assert all(on <= one.course.ended_on for on in one.events)


# --- Doses -----------------------------------------------------------------------------------


def _given(of, *, is_narcotic=True):
    medicine = SimpleNamespace(is_narcotic=lambda on: is_narcotic)
    known = SimpleNamespace(medicines=dict.fromkeys(("CBD50", "T10C10"), medicine))
    return list(treatments(of, TASTE, known, TODAY, random.Random(4)))


def test_a_new_medicine_rises_week_after_week_to_its_dose():
    first, second, *_ = _given(course())

    assert first.doses == (
        Dose(Decimal("0.10"), 7),
        Dose(Decimal("0.20"), 7),
        Dose(Decimal("0.30"), 7),
        Dose(Decimal("0.40"), 7),
    )
    assert second.doses == (Dose(Decimal("0.40"), 28),)


def test_the_medicine_with_thc_that_comes_later_rises_too():
    later = next(one for one in _given(course()) if (one.starts_on - BEGUN).days >= 85)

    assert [one.units for one in later.doses] == [
        Decimal("0.10"), Decimal("0.15"), Decimal("0.25"), Decimal("0.30"),
    ]  # fmt: skip


def _usual(of):
    """The dose of each prescription once it is reached, with the second medicine."""
    return [one.doses[-1].units for one in _given(of) if (one.starts_on - BEGUN).days >= 85]


def test_the_dose_goes_up_in_vain_before_an_exit_for_inefficacy():
    doses = _usual(course("INEFFICACY"))

    assert doses == sorted(doses)
    assert (doses[0], doses[-1]) == (Decimal("0.30"), Decimal("0.60"))


def test_the_dose_is_halved_after_the_event_that_makes_somebody_leave():
    of = course("ADVERSE_EVENT", days=300, event=150)
    halved = {on: dose for one in _given(of) for on, dose in [(one.starts_on, one.doses[-1].units)]}

    assert {dose for on, dose in halved.items() if on > of.event_on} == {Decimal("0.15")}
    assert Decimal("0.15") not in {dose for on, dose in halved.items() if on <= of.event_on}


def test_the_dose_that_suits_is_adapted_once():
    assert list(dict.fromkeys(_usual(course()))) == [Decimal("0.30"), Decimal("0.40")]


@pytest.mark.parametrize("is_narcotic", [True, False])
def test_supplies_of_28_days_make_the_whole_prescription(is_narcotic):
    for one in _given(course(), is_narcotic=is_narcotic):
        supplies = [one.due(28 * rank, 28) for rank in range(one.days // 28)]

        assert sum(supplies) == one.quantity
        assert one.days == (28 if is_narcotic else 84)


def test_what_is_taken_on_a_day_is_the_step_of_that_day():
    first = _given(course())[0]

    assert first.a_day(BEGUN + timedelta(days=6)) == Decimal("0.20")
    assert first.a_day(BEGUN + timedelta(days=7)) == Decimal("0.40")
    assert first.a_day(BEGUN + timedelta(days=200)) == Decimal("0.80")
