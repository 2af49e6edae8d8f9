"""Who may give what, how long one replaces, when an account sleeps: tables, no database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.enums import Profession, Role, SiteKind
from rights import rules
from rights.rules import Giver, Sleep, Substitution


REFERENT = Giver(is_manager=False, is_self=False, manages_site=True)
MANAGER = Giver(is_manager=True, is_self=False, manages_site=True)
TODAY = date(2026, 3, 2)


def refusal(giver=REFERENT, **changes):
    asked = {
        "kind": SiteKind.REFERENCE_CENTRE,
        "role": Role.PREPARER,
        "profession": Profession.NURSE,
        "as_referent": False,
    }
    return rules.refusal_to_give(giver, **{**asked, **changes})


@pytest.mark.parametrize(
    ("kind", "role", "profession"),
    [
        (SiteKind.REFERENCE_CENTRE, Role.REFERENCE_DOCTOR, Profession.DOCTOR),
        (SiteKind.REFERENCE_CENTRE, Role.PREPARER, Profession.NURSE),
        (SiteKind.REFERENCE_CENTRE, Role.PREPARER, Profession.RESEARCH),
        (SiteKind.REFERENCE_CENTRE, Role.PREPARER, Profession.RESIDENT),
        (SiteKind.PRACTICE, Role.RELAY_DOCTOR, Profession.DOCTOR),
        (SiteKind.HOSPITAL_PHARMACY, Role.PHARMACIST, Profession.PHARMACIST),
        (SiteKind.COMMUNITY_PHARMACY, Role.PHARMACIST, Profession.PHARMACIST),
    ],
)
def test_a_referent_opens_the_roles_of_their_kind_of_site(kind, role, profession):
    assert refusal(kind=kind, role=role, profession=profession) == ""


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.REFERENCE_DOCTOR, Role.PREPARER}))
def test_no_other_role_exists_at_a_reference_structure(role):
    assert "n’existe pas dans ce type de lieu" in refusal(role=role)


@pytest.mark.parametrize(
    ("role", "profession"),
    [
        (Role.REFERENCE_DOCTOR, Profession.NURSE),
        (Role.REFERENCE_DOCTOR, Profession.RESIDENT),
        (Role.PREPARER, Profession.DOCTOR),
        (Role.PREPARER, Profession.PROGRAM),
    ],
)
def test_a_role_goes_with_a_profession(role, profession):
    assert "cette profession" in refusal(role=role, profession=profession)


def test_a_program_holds_no_role_of_the_agency():
    told = refusal(MANAGER, kind=SiteKind.AGENCY, role=Role.ANALYST, profession=Profession.PROGRAM)

    assert "cette profession" in told


def test_nobody_gives_themselves_a_right():
    assert refusal(replace(REFERENT, is_self=True)) == rules.OWN
    assert refusal(replace(MANAGER, is_self=True), as_referent=True) == rules.OWN


def test_only_the_manager_names_a_referent_and_nothing_else_outside_the_agency():
    assert refusal(REFERENT, as_referent=True) == rules.ONLY_MANAGER
    assert refusal(MANAGER, as_referent=True) == ""
    assert "désigne le référent" in refusal(MANAGER)
    agency = {"kind": SiteKind.AGENCY, "role": Role.READER, "profession": Profession.AGENT}
    assert refusal(MANAGER, **agency) == ""


@pytest.mark.parametrize(
    ("giver", "is_referent", "others", "confirmed", "refused"),
    [
        (REFERENT, False, 0, False, ""),
        (REFERENT, True, 3, True, "Seule la gestion"),
        (MANAGER, True, 1, False, ""),
        (MANAGER, True, 0, False, "dernier référent"),
        (MANAGER, True, 0, True, ""),
        (replace(MANAGER, is_self=True), False, 3, True, "ses propres droits"),
    ],
)
def test_the_last_referent_is_never_removed_silently(
    giver, is_referent, others, confirmed, refused
):
    told = rules.refusal_to_end(
        giver, is_referent=is_referent, other_referents=others, is_confirmed=confirmed
    )

    assert refused in told
    assert bool(told) == bool(refused)


FINE = Substitution(
    is_self=False,
    is_by_substitute=False,
    same_profession=True,
    is_open=True,
    is_colleague=False,
    starts_on=TODAY,
    until=TODAY,
    today=TODAY,
)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"is_by_substitute": True}, "", "ne se fait pas remplacer"),
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on", "dans le passé"),
        ({"starts_on": TODAY + timedelta(days=1)}, "until", "avant le premier"),
        ({"until": TODAY + timedelta(days=184)}, "until", "six mois"),
        ({"is_self": True}, "identifier", "vous-même"),
        ({"is_open": False}, "identifier", "fermé ou suspendu"),
        ({"same_profession": False}, "identifier", "même profession"),
        ({"is_colleague": True}, "identifier", "mêmes droits"),
        ({"untrained_for": ["A", "B"]}, "identifier", "A, B"),
    ],
)
def test_what_stands_against_a_substitution(changes, field, words):
    told = rules.substitution_refusal(replace(FINE, **changes))

    assert told[0] == field
    assert words in told[1]


def test_one_day_and_six_months_are_both_accepted():
    assert rules.substitution_refusal(FINE)[1] == ""
    longest = replace(FINE, until=TODAY + timedelta(days=183))
    assert rules.substitution_refusal(longest)[1] == ""


@pytest.mark.parametrize(
    ("seen_on", "told_on", "expected"),
    [
        # Told in time: the 90th day.
        (date(2026, 1, 1), date(2026, 3, 18), date(2026, 4, 1)),
        # Told late: the whole notice runs all the same.
        (date(2026, 1, 1), date(2026, 6, 1), date(2026, 6, 15)),
    ],
)
def test_a_suspension_waits_for_its_whole_notice(seen_on, told_on, expected):
    rule = Sleep(inactive_days=90, notice_days=14)

    assert rules.suspends_on(seen_on, told_on, rule) == expected
    assert rules.to_warn_from(date(2026, 1, 1), rule) == date(2026, 3, 18)


def test_a_review_comes_back_after_its_months_and_first_after_the_opening():
    assert rules.review_due_on(None, date(2026, 1, 31), 12) == date(2027, 1, 31)
    assert rules.review_due_on(date(2026, 2, 28), date(2021, 1, 1), 12) == date(2027, 2, 28)
