from datetime import date
from decimal import Decimal

import pytest

from vigilance import rules, terms
from vigilance.enums import Network, Outcome, Seriousness, Situation
from vigilance.rules import Dates, Dose


@pytest.mark.parametrize(("criteria", "serious"), [([], False), ([Seriousness.OTHER], True)])
def test_is_serious(criteria, serious):
    assert rules.is_serious(criteria) == serious


@pytest.mark.parametrize(
    ("situations", "networks"),
    [
        ([], [Network.CRPV]),
        ([Situation.MISUSE, Situation.OVERDOSE], [Network.CRPV]),
        ([Situation.ABUSE], [Network.CRPV, Network.CEIP_A]),
    ],
)
def test_who_is_told(situations, networks):
    assert rules.networks(situations) == networks
    assert all("CSP art." in duty.source for duty in rules.duties(situations))


@pytest.mark.parametrize(
    ("situations", "declared", "missing"),
    [
        ([], [], [Network.CRPV]),
        ([], [Network.CRPV], []),
        ([], [Network.CEIP_A], [Network.CRPV]),
        ([Situation.ABUSE], [Network.CRPV], [Network.CEIP_A]),
        ([Situation.ABUSE], [Network.CRPV, Network.CEIP_A], []),
    ],
)
def test_missing_networks(situations, declared, missing):
    assert rules.missing_networks(situations, declared) == missing


@pytest.mark.parametrize(
    ("serious", "missing", "day", "place"),
    [
        (True, [Network.CRPV], 13, "TO_DECLARE"),
        (True, [Network.CRPV], 14, "LATE"),
        (False, [Network.CRPV], 30, "TO_DECLARE"),
        (True, [], 30, "DECLARED"),
    ],
)
def test_place_in_queue(serious, missing, day, place):
    known_on, today = date(2026, 3, 10), date(2026, 3, day)

    found = rules.place_in_queue(serious=serious, missing=missing, known_on=known_on, today=today)

    assert found == place


TODAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("dates", "fields"),
    [
        pytest.param(Dates(TODAY, TODAY, TODAY), set(), id="all on one day"),
        pytest.param(Dates(date(2026, 3, 13), date(2026, 3, 13)), {"occurred_on", "known_on"}),
        pytest.param(Dates(TODAY, date(2026, 3, 11)), {"known_on"}, id="known before it began"),
        pytest.param(Dates(TODAY, TODAY, date(2026, 3, 11)), {"ended_on"}, id="ends too early"),
        pytest.param(Dates(TODAY, TODAY, date(2026, 3, 13)), {"ended_on"}, id="ends tomorrow"),
    ],
)
def test_date_problems(dates, fields):
    assert set(rules.date_problems(dates, today=TODAY)) == fields


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        pytest.param({"died_on": TODAY}, "", id="the day of the death"),
        pytest.param({"died_on": date(2026, 3, 11)}, "Le décès", id="the day after"),
        pytest.param({"born_in": 2026}, "", id="the year of birth"),
        pytest.param({"born_in": 2027}, "naissance", id="the year before"),
    ],
)
def test_an_event_belongs_to_a_life(bounds, problem):
    found = rules.date_problems(Dates(TODAY, TODAY), today=TODAY, **bounds).get("occurred_on", "")

    assert problem in found
    assert bool(found) == bool(problem)


@pytest.mark.parametrize(
    ("first_treated_on", "before"),
    [(TODAY, False), (date(2026, 3, 13), True), (None, True)],
)
def test_an_event_before_the_first_prescription_is_told(first_treated_on, before):
    assert rules.precedes_treatment(TODAY, first_treated_on) == before


@pytest.mark.parametrize(
    ("criteria", "outcome", "problem"),
    [
        ([], Outcome.RECOVERED, ""),
        ([Seriousness.DEATH], Outcome.FATAL, ""),
        ([], Outcome.FATAL, "cochez le critère"),
        ([Seriousness.DEATH], Outcome.RECOVERED, "suppose une évolution"),
    ],
)
def test_a_death_is_an_outcome_and_a_criterion(criteria, outcome, problem):
    found = rules.gravity_problem(criteria, outcome)

    assert (problem in found) if problem else found == ""


STEPS = [Dose(Decimal("0.1"), 1, 7), Dose(Decimal("0.1"), 2, 7)]


@pytest.mark.parametrize(
    ("day", "units"),
    [(-1, "0"), (0, "0.1"), (6, "0.1"), (7, "0.2"), (13, "0.2"), (14, "0")],
)
def test_units_per_day(day, units):
    assert rules.units_per_day(STEPS, day) == Decimal(units)


def test_the_list_of_terms_is_sound():
    codes = [term.code for term in terms.TERMS]

    assert len(codes) == len(set(codes))
    assert codes[0] == "SOMNOLENCE"
    assert codes[-1] == terms.OTHER
    assert terms.label("SOMNOLENCE") == "Somnolence, sédation"
    assert (terms.label("OLD"), terms.system("OLD")) == ("OLD", terms.SystemClass.OTHER)
    assert terms.system("NAUSEA") == terms.SystemClass.DIGESTIVE
