from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.enums import SiteKind
from pharmacies import rights, rules
from pharmacies.rights import Pharmacist
from pharmacies.rules import Limits, Ordered, Supply
from programmes.enums import DispensingPlaces, Form, Unit


WRITTEN = date(2026, 5, 1)
LIMITS = Limits(max_supply_days=30, max_treatment_days=365, first_presentation_months=3)


def narcotic(**changes):
    """28 days at 1 mL a day, written and starting on 1 May 2026."""
    given = {"signed_on": WRITTEN, "starts_on": WRITTEN, "daily": (Decimal(1),) * 28}
    return Ordered(is_narcotic=True, **given | changes)


def ordinary(**changes):
    """90 days at 1 mL a day, written and starting on 1 May 2026."""
    given = {
        "signed_on": WRITTEN,
        "starts_on": WRITTEN,
        "daily": (Decimal(1),) * 90,
        "limits": LIMITS,
    }
    return Ordered(is_narcotic=False, **given | changes)


def due(line, *, presented=None, supplies=(), on=WRITTEN):
    return rules.due(line, presented=presented or {}, supplies=supplies, on=on)


def supply(on, days, quantity=None, fraction_no=1):
    return Supply(fraction_no, on, days, Decimal(days if quantity is None else quantity))


# --- Narcotic lines: from the writing to the presentation ----------------------------------------


@pytest.mark.parametrize(
    ("presented_on", "days"),
    [
        pytest.param(date(2026, 5, 1), 28, id="day 0"),
        pytest.param(date(2026, 5, 4), 28, id="day 3: still everything"),
        pytest.param(date(2026, 5, 5), 24, id="day 4: four days are lost"),
        pytest.param(date(2026, 5, 6), 23, id="day 5"),
        pytest.param(date(2026, 5, 28), 1, id="day 27: the last one"),
        pytest.param(date(2026, 5, 29), 0, id="day 28: refuse"),
    ],
)
def test_the_three_days_run_from_the_writing_to_the_presentation(presented_on, days):
    found = due(narcotic(), on=presented_on)

    assert (found.days, bool(found.refused)) == (days, days == 0)


def test_the_table_of_the_domain():
    written = date(2023, 5, 1)
    line = narcotic(signed_on=written, starts_on=written)
    days = {day: due(line, on=date(2023, 5, day)).days for day in (4, 5, 6, 28, 29)}

    assert days == {4: 28, 5: 24, 6: 23, 28: 1, 29: 0}


@pytest.mark.parametrize("handed_over_on", [date(2026, 5, 3), date(2026, 5, 7), date(2026, 6, 20)])
def test_presented_on_day_2_everything_is_due_whenever_it_is_handed_over(handed_over_on):
    assert due(narcotic(), presented={1: date(2026, 5, 3)}, on=handed_over_on).days == 28


def test_the_autumn_clock_change_loses_no_day():
    written = date(2026, 10, 23)
    line = narcotic(signed_on=written, starts_on=written)

    assert [due(line, on=written + timedelta(days=n)).days for n in (3, 4)] == [28, 24]


def test_the_arithmetic_is_said_in_words():
    late = due(narcotic(), on=date(2026, 5, 5))
    in_time = due(narcotic(), on=date(2026, 5, 3))
    over_new_year = narcotic(signed_on=date(2026, 12, 30), starts_on=date(2026, 12, 30))

    assert late.arithmetic == (
        "Écrite le 1er mai, présentée le 5 mai\u202f: 4 jours perdus, 24 jours à délivrer.",
        "24 jours à 1\u00a0mL par jour\u202f: 24\u00a0mL.",
    )
    assert in_time.arithmetic[0] == (
        "Écrite le 1er mai, présentée le 3 mai\u202f: dans les 3 jours, 28 jours à délivrer."
    )
    assert (
        due(over_new_year, on=date(2027, 1, 2))
        .arithmetic[0]
        .startswith("Écrite le 30 décembre 2026, présentée le 2 janvier 2027")
    )


def test_too_late_says_why_and_by_which_text():
    refused = due(narcotic(), on=date(2026, 5, 29)).refused

    assert refused.startswith("Présentée 28 jours après sa date")
    assert "R. 5132-33" in refused


def test_a_late_presentation_takes_the_first_days_of_the_steps_away():
    climbing = (Decimal("0.5"),) * 14 + (Decimal(1),) * 14
    found = due(narcotic(daily=climbing), on=date(2026, 5, 16))

    assert (found.days, found.lost_days, found.first_day) == (13, 15, 15)
    assert found.quantity == 13


# --- In several goes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "left"),
    [(0, 28), (1, 27), (14, 14), (27, 1), (28, 0)],
)
def test_what_was_given_is_no_longer_due(given, left):
    supplies = [supply(date(2026, 5, 1), given)] if given else []
    found = due(narcotic(), presented={1: WRITTEN}, supplies=supplies, on=date(2026, 5, 10))

    assert (found.days, found.quantity, found.first_day) == (left, left, given if left else 0)
    assert bool(found.refused) == (left == 0)


def test_nothing_left_says_when_it_was_given():
    found = due(narcotic(), presented={1: WRITTEN}, supplies=[supply(WRITTEN, 28)])

    assert found.refused.startswith("Tout est déjà délivré, en dernier lieu le 1er mai 2026")


def test_days_lost_stay_lost_after_a_partial_supply():
    on = date(2026, 5, 5)
    found = due(narcotic(), presented={1: on}, supplies=[supply(on, 10)], on=date(2026, 5, 8))

    assert (found.days, found.first_day) == (14, 14)


# --- Fractions -----------------------------------------------------------------------------------

IN_SEVENS = {"fraction_days": 7}


def test_the_first_fraction_is_all_that_is_due():
    found = due(narcotic(**IN_SEVENS), on=date(2026, 5, 4))

    assert (found.days, found.fraction_no, found.opens_on) == (7, 1, None)


@pytest.mark.parametrize(
    ("presented_on", "days"),
    [
        pytest.param(date(2026, 5, 7), 7, id="last day of the one before"),
        pytest.param(date(2026, 5, 10), 7, id="third day after its end"),
        pytest.param(date(2026, 5, 11), 3, id="fourth day: four are lost"),
        pytest.param(date(2026, 5, 13), 1, id="last day"),
    ],
)
def test_a_following_fraction_is_counted_from_the_end_of_the_one_before(presented_on, days):
    supplies = [supply(WRITTEN, 7)]
    found = due(narcotic(**IN_SEVENS), presented={1: WRITTEN}, supplies=supplies, on=presented_on)

    assert (found.fraction_no, found.days) == (2, days)
    assert found.opens_on == date(2026, 5, 8)


def test_the_end_of_a_fraction_follows_the_day_it_was_handed_over():
    supplies = [supply(date(2026, 5, 4), 7)]
    found = due(narcotic(**IN_SEVENS), presented={1: WRITTEN}, supplies=supplies, on=WRITTEN)

    assert found.opens_on == date(2026, 5, 11)
    assert found.is_early(date(2026, 5, 10))
    assert not found.is_early(date(2026, 5, 11))


def test_a_fraction_never_presented_is_lost_and_the_next_one_is_due():
    supplies = [supply(WRITTEN, 7)]
    found = due(
        narcotic(**IN_SEVENS), presented={1: WRITTEN}, supplies=supplies, on=date(2026, 5, 15)
    )

    assert (found.fraction_no, found.days, found.first_day) == (3, 7, 14)
    assert "la précédente allant jusqu’au 14 mai" in found.arithmetic[0]


def test_all_fractions_lost():
    assert due(narcotic(**IN_SEVENS), on=date(2026, 6, 30)).refused.startswith("Présentée ")


# --- Ordinary lines ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "days"),
    [
        pytest.param(date(2026, 5, 1), 30, id="day of writing"),
        pytest.param(date(2026, 5, 5), 30, id="no 3-day rule"),
        pytest.param(date(2026, 8, 1), 30, id="three months, last day"),
        pytest.param(date(2026, 8, 2), 0, id="three months passed"),
    ],
)
def test_the_first_presentation_of_an_ordinary_line(on, days):
    found = due(ordinary(), on=on)

    assert (found.days, bool(found.refused)) == (days, days == 0)


def test_presented_in_time_and_handed_over_later():
    assert due(ordinary(), presented={1: date(2026, 8, 1)}, on=date(2026, 8, 6)).days == 30


@pytest.mark.parametrize(
    ("given", "days", "opens_on"),
    [
        (0, 30, None),
        (30, 30, date(2026, 5, 31)),
        (60, 30, date(2026, 6, 30)),
        (80, 10, date(2026, 7, 20)),
        (90, 0, None),
    ],
)
def test_an_ordinary_line_opens_again_when_the_last_supply_ends(given, days, opens_on):
    supplies = [supply(WRITTEN, given)] if given else []
    found = due(ordinary(), presented={1: WRITTEN}, supplies=supplies, on=date(2026, 5, 20))

    assert (found.days, found.opens_on) == (days, opens_on)


@pytest.mark.parametrize(("on", "refused"), [(date(2027, 5, 1), False), (date(2027, 5, 2), True)])
def test_an_ordinary_prescription_does_not_run_for_ever(on, refused):
    supplies = [supply(WRITTEN, 30)]
    found = due(ordinary(), presented={1: WRITTEN}, supplies=supplies, on=on)

    assert bool(found.refused) == refused


def test_no_limit_in_force_refuses():
    assert "Aucune limite" in due(ordinary(limits=None)).refused


# --- Units and packs -----------------------------------------------------------------------------


def test_what_a_bottle_held_in_excess_is_deducted_from_the_next_supply():
    supplies = [supply(WRITTEN, 14, quantity=20)]
    found = due(narcotic(), presented={1: WRITTEN}, supplies=supplies)

    assert (found.days, found.quantity) == (14, 8)
    assert "Déjà remis en plus\u202f: 6\u00a0mL, à déduire." in found.arithmetic


def test_an_excess_that_covers_the_rest_leaves_nothing_to_hand_over():
    supplies = [supply(WRITTEN, 14, quantity=30)]
    found = due(narcotic(), presented={1: WRITTEN}, supplies=supplies)

    assert found.days == 0
    assert "couvre les jours restants" in found.refused
    assert (found.held_days, found.held_after) == (14, None)


def test_an_excess_that_covers_the_last_fraction_is_told_to_its_end():
    first, second = supply(WRITTEN, 14, quantity=30), {1: WRITTEN, 2: date(2026, 5, 20)}

    # The first fraction ends on the 14th; two days are lost by coming on the 20th, not the 17th.
    in_time = due(narcotic(fraction_days=14), presented={1: WRITTEN}, supplies=[first], on=WRITTEN)
    late = due(narcotic(fraction_days=14), presented=second, supplies=[first], on=date(2026, 5, 20))

    assert (in_time.held_days, in_time.held_after) == (14, date(2026, 5, 14))
    assert late.held_days + late.lost_days == 14
    assert late.held_after == date(2026, 5, 14) + timedelta(days=late.lost_days)


@pytest.mark.parametrize(("days", "units"), [(0, 0), (5, 0), (6, 0), (7, 1), (14, 8)])
def test_units_of_part_of_what_is_due(days, units):
    line = narcotic()
    found = due(line, presented={1: WRITTEN}, supplies=[supply(WRITTEN, 14, quantity=20)])

    assert rules.net_of(line, found, days) == units


@pytest.mark.parametrize(("units", "days"), [(0, 0), (10, 10), (27, 27), (28, 28), (50, 28)])
def test_days_that_a_quantity_covers(units, days):
    line = narcotic()

    assert rules.days_covered(line, due(line), Decimal(units)) == days


@pytest.mark.parametrize(
    ("quantity", "sizes", "counts"),
    [
        (28, [10], [3]),
        (30, [10], [3]),
        (60, [50, 10], [1, 1]),
        (28, [10, 50], [3, 0]),
        (28, [10, 10], [3, 0]),
    ],
)
def test_choose_packs(quantity, sizes, counts):
    assert rules.choose_packs(Decimal(quantity), [Decimal(size) for size in sizes]) == counts


@pytest.mark.parametrize(
    ("quantity", "sizes", "excess"),
    [
        (28, [10, 10, 10], False),
        (30, [10, 10, 10], False),
        (28, [10, 10, 10, 10], True),
        (20, [10, 10, 10], True),
        (28, [50], False),
        (28, [50, 10], True),
        (28, [], False),
    ],
)
def test_a_pack_that_could_stay_on_the_shelf(quantity, sizes, excess):
    assert rules.excess_pack(Decimal(quantity), [Decimal(size) for size in sizes]) == excess


def test_covered_until():
    start = date(2026, 5, 10)

    assert rules.covered_until(start, []) is None
    # Handed over before the treatment starts: it covers from the first day of treatment.
    assert rules.covered_until(start, [supply(WRITTEN, 7)]) == date(2026, 5, 16)
    assert rules.covered_until(start, [supply(date(2026, 5, 12), 7)]) == date(2026, 5, 18)
    # The second one begins the day after the first one ends.
    twice = [supply(WRITTEN, 7), supply(date(2026, 5, 14), 7)]
    assert rules.covered_until(start, twice) == date(2026, 5, 23)


def test_countable_units_have_their_noun():
    line = narcotic(unit=Unit.UNIT, form=Form.TABLET, daily=(Decimal(2),) * 28)

    assert due(line).arithmetic[-1] == (
        "28 jours à 2\u00a0comprimés par jour\u202f: 56\u00a0comprimés."
    )


# --- Who and what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "places", "refused"),
    [
        ({}, DispensingPlaces.PUI_AND_OFFICINE, ""),
        ({}, DispensingPlaces.PUI, "n’est pas une pharmacie admise"),
        ({"site_kind": SiteKind.HOSPITAL_PHARMACY}, DispensingPlaces.PUI, ""),
        (
            {"site_kind": SiteKind.REFERENCE_CENTRE},
            DispensingPlaces.PUI_AND_OFFICINE,
            "n’est pas une pharmacie admise",
        ),
        ({"site_is_open": False}, DispensingPlaces.PUI_AND_OFFICINE, "ne participe pas"),
        ({"is_accredited": False}, DispensingPlaces.PUI_AND_OFFICINE, "pas habilité"),
        ({"is_entitled": False}, DispensingPlaces.PUI_AND_OFFICINE, "formation obligatoire"),
    ],
)
def test_who_may_serve(changes, places, refused):
    right = {
        "site_kind": SiteKind.COMMUNITY_PHARMACY,
        "site_is_open": True,
        "is_accredited": True,
        "is_entitled": True,
    }
    said = rights.refusal_to_serve(Pharmacist(**right | changes), places)

    assert refused in said
    assert bool(said) == bool(refused)


@pytest.mark.parametrize(
    ("is_signed", "is_live", "refused"),
    [(True, True, ""), (False, True, "annulée"), (True, False, "ne participe plus")],
)
def test_what_may_be_executed(is_signed, is_live, refused):
    said = rights.refusal_of_state(is_signed=is_signed, is_live=is_live)

    assert refused in said
    assert bool(said) == bool(refused)


@pytest.mark.parametrize(
    ("presented_on", "refused"),
    [
        (date(2026, 4, 30), "datée du 1er mai 2026"),
        (date(2026, 5, 1), ""),
        (date(2026, 5, 6), ""),
        (date(2026, 5, 7), "futur"),
    ],
)
def test_the_day_of_presentation(presented_on, refused):
    today = date(2026, 5, 6)
    said = rights.refusal_of_presentation(presented_on, signed_on=WRITTEN, today=today)

    assert refused in said
    assert bool(said) == bool(refused)
