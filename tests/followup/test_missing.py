"""No answer, and why: typed, kept, told, exported as what it is."""

from datetime import date
from decimal import Decimal

import pytest

from followup import fields, items, missing


EVERY = ["NOT_DONE", "UNKNOWN", "REFUSED", "NOT_APPLICABLE"]


def item(kind, absent=("UNKNOWN", "REFUSED"), **fields_of):
    choices = [["a", "Aucune"], ["f", "Forte"]] if kind in {"choice", "multiple"} else []
    entry = {"code": "x", "label": "X", "kind": kind, "missing": absent, "choices": choices}
    (found,) = items.read([entry | fields_of])
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nf", "NOT_DONE"),
        ("Non fait", "NOT_DONE"),
        ("INC", "UNKNOWN"),
        (" refus ", "REFUSED"),
        ("non  applicable", "NOT_APPLICABLE"),
        ("12", ""),
        ("", ""),
        ("n", ""),
    ],
)
def test_typed(text, code):
    assert missing.typed(text, EVERY) == code


def test_what_a_question_does_not_allow_is_no_code():
    assert missing.typed("nf", ["UNKNOWN"]) == ""


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        ("number", "UNKNOWN", "Inconnu"),
        ("date", "UNKNOWN", "Inconnu"),
        ("choice", "UNKNOWN", "UNKNOWN"),
        ("yes_no", "UNKNOWN", "UNKNOWN"),
        ("multiple", ["UNKNOWN"], ["UNKNOWN"]),
    ],
)
def test_the_code_is_kept_apart_from_answers_and_shown_again(kind, typed, shown):
    question = item(kind, required=True)

    stored = items.stored(question, typed)

    assert stored == {"missing": "UNKNOWN"}
    assert items.problem(question, stored) == ""
    assert items.in_words(question, stored) == "Inconnu"
    assert items.typed(question, stored) == shown


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("number", 6.5, 6.5),
        ("number", None, None),
        ("choice", "f", "f"),
        ("yes_no", True, "YES"),
        ("yes_no", False, "NO"),
        ("multiple", ["a", "f"], ["a", "f"]),
        ("date", "2026-02-28", date(2026, 2, 28)),
    ],
)
def test_an_answer_is_shown_again_as_its_field_takes_it(kind, value, shown):
    assert items.typed(item(kind), value) == shown


@pytest.mark.parametrize(
    ("kind", "stored", "problem"),
    [
        pytest.param("number", {"missing": "NOT_DONE"}, "attend une réponse", id="not allowed"),
        pytest.param("text", {"missing": "UNKNOWN"}, "attend une réponse", id="never of words"),
        pytest.param("multiple", ["a", "UNKNOWN"], "une seule raison", id="answers and a reason"),
        pytest.param("multiple", ["UNKNOWN", "REFUSED"], "une seule raison", id="two reasons"),
    ],
)
def test_what_is_no_reason_is_refused(kind, stored, problem):
    absent = [] if kind == "text" else ("UNKNOWN", "REFUSED")

    assert problem in items.problem(item(kind, absent), stored)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [("inc", "UNKNOWN"), ("Refus", "REFUSED"), ("6,5", Decimal("6.5"))],
)
def test_a_number_is_typed_or_why_there_is_none(typed, cleaned):
    field = fields.of(item("number", decimals=1, required=True))

    assert field.clean(typed) == cleaned
    assert field.widget.attrs["data-words"] == "Inconnu|inc|Refus|ref"


def test_a_date_is_typed_or_why_there_is_none():
    field = fields.of(item("date"))

    assert field.clean("inconnu") == "UNKNOWN"
    assert field.clean("1/2/2026") == date(2026, 2, 1)
    assert field.widget.attrs["maxlength"] == "20"
    assert fields.of(item("date", absent=())).widget.attrs["maxlength"] == "10"


@pytest.mark.parametrize(
    ("held_on", "is_late"), [(date(2026, 2, 28), False), (date(2026, 2, 27), True)]
)
def test_no_date_is_after_the_visit(held_on, is_late):
    problem = items.problem(item("date"), "2026-02-28", held_on)

    assert ("postérieure" in problem) == is_late


@pytest.mark.parametrize(
    ("whom", "asked"),
    [
        (items.Whom("F", "M1"), ["x", "of women", "at M1"]),
        (items.Whom("M", "M1"), ["x", "at M1"]),
        (items.Whom("F", "M3"), ["x", "of women"]),
        (items.Whom(), ["x"]),
    ],
)
def test_a_question_is_asked_of_whom_it_concerns(whom, asked):
    found = [item("yes_no"), item("yes_no", code="of women", sex="F")]
    found.append(item("yes_no", code="at M1", visits=["M1"]))

    assert [one.code for one in items.concerning(found, whom)] == asked
