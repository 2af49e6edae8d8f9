from datetime import date

import pytest

from training.enums import ProofKind
from training.rules import (
    Proof,
    Question,
    count_right,
    counts,
    entitled,
    has_room,
    is_accepted,
    is_passed,
    last_day,
)


TEST_2021 = Proof(
    kind=ProofKind.TEST,
    completed_on=date(2021, 4, 1),
    valid_from=date(2021, 3, 1),
    valid_to=date(2021, 11, 22),
)
ATTESTED = Proof(
    kind=ProofKind.SELF_ATTESTATION,
    completed_on=date(2024, 2, 29),
    valid_from=date(2023, 3, 27),
)


def with_dates(proof, **changes):
    return Proof(**{**proof.__dict__, **changes})


@pytest.mark.parametrize(
    ("completed_on", "expected"),
    [
        (date(2021, 2, 28), False),
        (date(2021, 3, 1), True),
        (date(2021, 11, 22), True),
        (date(2021, 11, 23), False),
    ],
)
def test_a_completion_stands_within_the_dates_of_its_version(completed_on, expected):
    proof = with_dates(TEST_2021, completed_on=completed_on)

    assert counts(proof, date(2026, 1, 1)) is expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2021, 3, 31), False),
        (date(2021, 4, 1), True),
        # A later version, or the self-attestation of 2023, takes nothing from a proof of 2021.
        (date(2021, 11, 23), True),
        (date(2023, 3, 27), True),
        (date(2026, 11, 22), True),
    ],
)
def test_a_proof_of_2021_stays_good(on, expected):
    assert counts(TEST_2021, on) is expected


@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        (ProofKind.SELF_ATTESTATION, date(2023, 3, 26), False),
        (ProofKind.SELF_ATTESTATION, date(2023, 3, 27), True),
        (ProofKind.TEST, date(2021, 3, 1), True),
        (ProofKind.TEST, date(2026, 1, 1), True),
    ],
)
def test_one_attests_on_ones_honour_since_march_2023(kind, on, expected):
    assert is_accepted(kind, on) is expected


def test_a_self_attestation_of_before_counts_for_nothing():
    early = with_dates(ATTESTED, valid_from=date(2021, 3, 1), completed_on=date(2023, 3, 26))

    assert not counts(early, date(2026, 1, 1))
    assert counts(with_dates(early, completed_on=date(2023, 3, 27)), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (None, None),
        (12, date(2025, 2, 28)),
        (48, date(2028, 2, 29)),
    ],
)
def test_the_last_day_is_the_same_day_of_the_month(months, expected):
    assert last_day(with_dates(ATTESTED, lasts_months=months)) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2024, 2, 28), False),
        (date(2024, 2, 29), True),
        (date(2025, 2, 28), True),
        (date(2025, 3, 1), False),
    ],
)
def test_a_proof_that_ends_is_good_until_the_end_of_its_last_day(on, expected):
    assert counts(with_dates(ATTESTED, lasts_months=12), on) is expected


def test_one_good_proof_is_enough():
    ended = with_dates(ATTESTED, lasts_months=1)

    assert not entitled([], date(2026, 1, 1))
    assert not entitled([ended], date(2026, 1, 1))
    assert entitled([ended, TEST_2021], date(2026, 1, 1))


# --- The questionnaire --------------------------------------------------------------------------

ONE = Question("un", "?", (("a", "A"), ("b", "B")), frozenset({"a"}))
TWO = Question("deux", "?", (("a", "A"), ("b", "B"), ("c", "C")), frozenset({"a", "b"}))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), False),
        (("a",), False),
        (("a", "b"), True),
        (("b", "a"), True),
        (("a", "b", "c"), False),
    ],
)
def test_a_question_is_right_when_exactly_the_right_choices_are_made(chosen, expected):
    assert TWO.is_right(chosen) == expected


def test_a_question_left_out_is_wrong():
    assert count_right([ONE, TWO], {"un": ["a"]}) == 1
    assert count_right([ONE, TWO], {"un": ["a"], "deux": ["a", "b"], "autre": ["a"]}) == 2


@pytest.mark.parametrize(
    ("right", "asked", "threshold", "expected"),
    [(2, 4, 75, False), (3, 4, 75, True), (4, 4, 100, True), (3, 4, 76, False), (0, 0, 1, False)],
)
def test_the_threshold_is_included(right, asked, threshold, expected):
    assert is_passed(right, asked, threshold) is expected


def test_a_question_is_read_as_the_data_write_it():
    row = {"code": "un", "text": "?", "choices": [{"code": "a", "text": "A"}], "right": ["a"]}

    one = Question.of(row)

    assert (one.choices, one.right, one.explanation) == ((("a", "A"),), frozenset({"a"}), "")
    assert (one.has_several, TWO.has_several) == (False, True)


@pytest.mark.parametrize(
    ("people", "limit", "expected"), [(0, 1, True), (1, 1, False), (9, None, True)]
)
def test_an_officine_has_room(people, limit, expected):
    assert has_room(people, limit) is expected
