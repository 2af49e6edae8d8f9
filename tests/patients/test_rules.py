from datetime import date

import pytest

from patients import rules
from patients.enums import EndReason, EnrolmentState, Precision
from patients.rules import Openings, Reply


OPENINGS = Openings("Essai", date(2021, 3, 26), date(2024, 3, 27))
ON = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", ""),
        ("69123", ""),
        ("2A004", ""),
        ("97411", ""),
        ("99139", ""),
        ("6912", "5 caractères"),
        ("2C004", "5 caractères"),
        ("69000", "code postal"),
        ("96001", "aucun département"),
    ],
)
def test_a_birth_place_is_an_insee_code(code, said):
    refusal = rules.birth_place_refusal(code)

    assert said in refusal
    assert bool(refusal) == bool(said)


@pytest.mark.parametrize(
    ("included_on", "refusal"),
    [
        pytest.param(date(2021, 3, 25), "à partir du 26 mars 2021", id="the day before opening"),
        pytest.param(date(2021, 3, 26), "", id="first day"),
        pytest.param(date(2024, 3, 26), "", id="last day"),
        pytest.param(date(2024, 3, 27), "plus d’inclusion depuis le 27 mars 2024", id="closed"),
        pytest.param(date(2026, 1, 1), "plus d’inclusion depuis le 27 mars 2024", id="later"),
    ],
)
def test_the_inclusion_date_decides(included_on, refusal):
    told = rules.window_refusal(OPENINGS, included_on=included_on)

    assert refusal in told
    assert bool(told) == bool(refusal)


def test_a_programme_gives_its_own_reason():
    openings = Openings("Essai", date(2021, 3, 26), date(2024, 3, 27), "L’essai est clos")

    assert rules.window_refusal(openings, included_on=date(2024, 3, 27)) == "L’essai est clos."


def test_a_programme_without_closing_date_stays_open():
    openings = Openings("Essai", date(2021, 3, 26))

    assert rules.window_refusal(openings, included_on=date(2040, 1, 1)) == ""


@pytest.mark.parametrize(
    ("included_on", "late_reason", "refused"),
    [
        pytest.param(date(2026, 3, 1), "", True, id="yesterday without a reason"),
        pytest.param(date(2026, 3, 1), "NO_TIME", False, id="yesterday with its reason"),
        pytest.param(ON, "", False, id="today"),
        pytest.param(date(2026, 3, 3), "NO_TIME", True, id="tomorrow, whatever the reason"),
    ],
)
def test_a_late_entry_says_why(included_on, late_reason, refused):
    told = rules.entry_refusal(included_on=included_on, today=ON, late_reason=late_reason)

    assert bool(told) == refused


@pytest.mark.parametrize(
    ("signed_on", "refused"),
    [(date(2026, 3, 1), False), (ON, False), (date(2026, 3, 3), True)],
)
def test_the_consent_comes_first(signed_on, refused):
    assert bool(rules.consent_refusal(signed_on=signed_on, included_on=ON)) == refused


@pytest.mark.parametrize(
    ("followed", "places", "refused"),
    [(2999, 3000, False), (3000, 3000, True), (3001, 3000, True)],
)
@pytest.mark.parametrize("kind", ["CEILING", "INDICATION", "DOCTOR", "SITE"])
def test_places_are_limited(kind, followed, places, refused):
    assert bool(rules.places_refusal(kind, followed=followed, places=places)) == refused


@pytest.mark.parametrize(
    ("kind", "followed", "words"),
    [
        ("CEILING", 3000, "suit déjà 3\u202f000 patients, son maximum\u202f: une"),
        ("SITE", 1, "suit déjà 1 patient, son maximum"),
        ("DOCTOR", 1, "1 patient inclus par vous est suivi, le maximum"),
        ("INDICATION", 2, "2 patients sont suivis pour cette indication"),
    ],
)
def test_places_are_told_in_french(kind, followed, words):
    assert words in rules.places_refusal(kind, followed=followed, places=1)


@pytest.mark.parametrize(
    ("on", "age"),
    [
        pytest.param(date(2026, 2, 28), 17, id="the day before"),
        pytest.param(date(2026, 3, 1), 18, id="born on 29 February: 18 on 1 March"),
        pytest.param(date(2028, 2, 29), 20, id="leap year: on the day"),
    ],
)
def test_age_of_somebody_born_on_29_february(on, age):
    assert rules.age_on(date(2008, 2, 29), on) == age


@pytest.mark.parametrize(
    ("precision", "ages"),
    [
        pytest.param(Precision.DAY, (17, 17), id="day known"),
        pytest.param(Precision.MONTH, (17, 18), id="1 March is 18, 31 March is 17"),
        pytest.param(Precision.YEAR, (17, 18), id="January is 18, December is 17"),
    ],
)
def test_an_unknown_day_makes_two_ages(precision, ages):
    first_day = {Precision.DAY: date(2008, 3, 3)}.get(precision, date(2008, 3, 1))

    assert rules.ages_on(first_day, precision, ON) == ages


def test_bounds_of_a_month_follow_its_length():
    bounds = rules.birth_bounds(date(2008, 2, 1), Precision.MONTH)

    assert bounds == (date(2008, 2, 1), date(2008, 2, 29))


@pytest.mark.parametrize(
    ("kind", "ages", "refused"),
    [
        ("MINOR", (17, 17), False),
        ("MINOR", (18, 18), True),
        ("MINOR", (17, 18), False),
        ("ADULT", (17, 17), True),
        ("ADULT", (17, 18), False),
        ("ADULT", (18, 18), False),
        ("PROTECTED_ADULT", (17, 17), True),
        ("PROTECTED_ADULT", (40, 40), False),
    ],
)
def test_kind_of_person_and_age(kind, ages, refused):
    assert bool(rules.person_kind_refusal(kind=kind, ages=ages)) == refused


@pytest.mark.parametrize(
    ("kind", "representative", "refused"),
    [
        ("MINOR", "", True),
        ("MINOR", "Sa mère", False),
        ("PROTECTED_ADULT", "", True),
        ("PROTECTED_ADULT", "Sa tutrice", False),
        ("ADULT", "", False),
    ],
)
def test_minors_and_protected_adults_are_represented(kind, representative, refused):
    told = rules.representative_refusal(kind=kind, representative=representative)

    assert bool(told) == refused


@pytest.mark.parametrize(
    ("kind", "answer", "refused"),
    [
        ("INCLUSION", "YES", False),
        ("INCLUSION", "NO", True),
        ("NON_INCLUSION", "YES", True),
        ("NON_INCLUSION", "NO", False),
        ("PRECAUTION", "YES", False),
        ("PRECAUTION", "NO", False),
        ("PRECAUTION", "", True),
    ],
)
def test_each_kind_of_criterion(kind, answer, refused):
    told = rules.verdict([Reply("Une question", kind, answer)], included_on=ON)

    assert bool(told.refusals) == refused
    assert all("Une question" in refusal for refusal in told.refusals)


@pytest.mark.parametrize(
    ("answer", "dated_on", "refused"),
    [
        pytest.param("YES", None, True, id="agreement without its date"),
        pytest.param("YES", date(2026, 3, 3), True, id="agreement after the inclusion"),
        pytest.param("YES", ON, False, id="agreement of the day"),
        pytest.param("NO", None, False, id="no agreement is needed"),
    ],
)
def test_an_agreement_is_dated(answer, dated_on, refused):
    reply = Reply("Chimiothérapie", "PRECAUTION", answer, needs_date=True, dated_on=dated_on)

    assert bool(rules.reply_refusal(reply, included_on=ON)) == refused


def test_every_refusal_is_told_and_precautions_apart():
    replies = [
        Reply("Grossesse", "NON_INCLUSION", "YES"),
        Reply("Psychose", "NON_INCLUSION", "YES"),
        Reply("Cœur", "PRECAUTION", "YES"),
        Reply("Foie", "PRECAUTION", "NO"),
    ]

    told = rules.verdict(replies, included_on=ON)

    assert len(told.refusals) == 2
    assert told.precautions == ("Cœur",)


@pytest.mark.parametrize(("count", "refused"), [(0, True), (1, False), (6, False)])
def test_one_treatment_at_least_was_tried(count, refused):
    assert bool(rules.treatments_refusal(count)) == refused


@pytest.mark.parametrize(
    ("current", "target", "moves"),
    [
        ("ACTIVE", "WEANING", True),
        ("ACTIVE", "ENDED", True),
        ("ACTIVE", "CANCELLED", True),
        ("WEANING", "ENDED", True),
        ("WEANING", "ACTIVE", False),
        ("ENDED", "ACTIVE", False),
        ("CANCELLED", "ACTIVE", False),
    ],
)
def test_moves_of_a_participation(current, target, moves):
    assert rules.can_move(EnrolmentState(current), EnrolmentState(target)) == moves


@pytest.mark.parametrize(
    ("reason", "weaning", "state"),
    [
        (EndReason.INEFFICACY, True, EnrolmentState.WEANING),
        (EndReason.INEFFICACY, False, EnrolmentState.ENDED),
        (EndReason.DEATH, True, EnrolmentState.ENDED),
        (EndReason.DEATH, False, EnrolmentState.ENDED),
    ],
)
def test_death_closes_at_once(reason, weaning, state):
    assert rules.state_after_exit(reason=reason, weaning=weaning) == state


@pytest.mark.parametrize(
    ("on", "refused"),
    [
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), False),
        (date(2026, 4, 2), False),
        (date(2026, 4, 3), True),
    ],
)
def test_an_exit_is_dated_inside_the_participation(on, refused):
    told = rules.exit_refusal(on=on, included_on=ON, today=date(2026, 4, 2))

    assert bool(told) == refused


@pytest.mark.parametrize(
    ("name", "unwanted"),
    [
        ("d’Œuvre-Jean", False),
        ("O'Neil", False),
        ("Du\u202epont", True),
        ("Du\u2066pont", True),
        ("Du\x07pont", True),
        ("Du\ue000pont", True),
        ("Du\u0378pont", True),
    ],
)
def test_characters_that_no_name_has(name, unwanted):
    assert rules.has_unwanted(name) == unwanted


@pytest.mark.parametrize(
    ("on", "words"),
    [(date(2024, 3, 27), "27 mars 2024"), (date(2024, 8, 1), "1er août 2024")],
)
def test_long_dates(on, words):
    assert rules.long_date(on) == words


@pytest.mark.parametrize(
    ("kind", "quality", "refused"),
    [
        ("ADULT", "", False),
        ("MINOR", "", True),
        ("MINOR", "PARENT", False),
        ("MINOR", "TUTOR", False),
        ("MINOR", "CURATOR", True),
        ("PROTECTED_ADULT", "PARENT", True),
        ("PROTECTED_ADULT", "TUTOR", False),
        ("PROTECTED_ADULT", "CURATOR", False),
        ("PROTECTED_ADULT", "FAMILY", False),
        ("PROTECTED_ADULT", "MANDATE", False),
        ("PROTECTED_ADULT", "", True),
    ],
)
def test_one_signs_in_a_quality_that_allows_it(kind, quality, refused):
    assert bool(rules.quality_refusal(kind=kind, quality=quality)) == refused


@pytest.mark.parametrize(
    ("kind", "exists", "handed", "refused"),
    [
        ("ADULT", True, False, False),
        ("MINOR", True, False, True),
        ("MINOR", True, True, False),
        ("MINOR", False, False, False),
        ("PROTECTED_ADULT", True, False, True),
    ],
)
def test_the_representative_has_a_notice_of_their_own(kind, exists, handed, refused):
    assert bool(rules.notice_refusal(kind=kind, exists=exists, handed=handed)) == refused


@pytest.mark.parametrize(
    ("signed_on", "refused"),
    [(date(2026, 3, 1), True), (ON, False), (date(2026, 3, 3), True)],
)
def test_one_signs_on_screen_today(signed_on, refused):
    assert bool(rules.screen_refusal(signed_on=signed_on, today=ON)) == refused


@pytest.mark.parametrize(
    ("signed_on", "words"),
    [
        (date(2026, 1, 31), "1er février 2026"),
        (date(2026, 2, 1), ""),
        (ON, ""),
        (date(2026, 3, 3), "futur"),
    ],
)
def test_what_is_signed_again_comes_after(signed_on, words):
    told = rules.again_refusal(signed_on=signed_on, after=date(2026, 2, 1), today=ON)

    assert words in told
    assert bool(told) == bool(words)


@pytest.mark.parametrize(
    ("born_on", "precision", "on"),
    [
        pytest.param(date(2008, 3, 2), Precision.DAY, ON, id="the very day"),
        pytest.param(date(2008, 2, 29), Precision.DAY, date(2026, 3, 1), id="29 February"),
        pytest.param(date(2004, 2, 29), Precision.DAY, date(2022, 3, 1), id="not a leap year"),
        pytest.param(date(2008, 2, 1), Precision.MONTH, date(2026, 3, 1), id="end of the month"),
        pytest.param(date(2008, 1, 1), Precision.YEAR, date(2026, 12, 31), id="end of the year"),
    ],
)
def test_majority_counts_the_latest_possible_birth_day(born_on, precision, on):
    assert rules.majority_on(born_on, precision) == on
    assert min(rules.ages_on(born_on, precision, on)) == rules.MAJORITY
    day_before = date.fromordinal(on.toordinal() - 1)
    assert min(rules.ages_on(born_on, precision, day_before)) < rules.MAJORITY
