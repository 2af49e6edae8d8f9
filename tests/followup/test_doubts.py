"""What is unusual is asked to be looked at again: bounds included or not, and never a refusal."""

from datetime import date
from decimal import Decimal

import pytest

from followup import doubts, items
from followup.doubts import Before


PERCENT = {"rule": "change_percent", "than": "10", "source": "HAS"}
CHANGE = {"rule": "change", "than": "4", "source": "à nous"}
USUAL = {"rule": "usual", "min": "0", "max": "30", "source": "à nous"}
ANSWER = {"rule": "answer", "is": ["YES"], "message": "À revoir.", "source": "critères"}


def item(kind, *rules, **fields):
    (found,) = items.read(
        [{"code": "x", "label": "X", "kind": kind, "unit": "kg", "soft": rules, **fields}]
    )
    return found


def before(value):
    return Before(value, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("rule", "value", "last", "is_doubtful"),
    [
        pytest.param(PERCENT, 63, 70, False, id="ten percent less"),
        pytest.param(PERCENT, 62.9, 70, True, id="more than ten percent less"),
        pytest.param(PERCENT, 77, 70, False, id="ten percent more"),
        pytest.param(PERCENT, 77.1, 70, True, id="more than ten percent more"),
        pytest.param(PERCENT, 63, None, False, id="no last weight"),
        pytest.param(PERCENT, 63, 0, False, id="from nothing"),
        pytest.param(PERCENT, {"missing": "REFUSED"}, 70, False, id="missing"),
        pytest.param(CHANGE, 4, 8, False, id="four points"),
        pytest.param(CHANGE, 3, 8, True, id="five points"),
        pytest.param(CHANGE, 0, 8, True, id="down to zero"),
        pytest.param(CHANGE, 3, None, False, id="no last value"),
        pytest.param(CHANGE, None, 8, False, id="no value"),
        pytest.param(CHANGE, True, 8, False, id="no number"),
        pytest.param(USUAL, 30, None, False, id="the highest usual"),
        pytest.param(USUAL, 31, None, True, id="above"),
        pytest.param(USUAL, None, None, False, id="nothing to compare"),
        pytest.param(USUAL, 0, None, False, id="the lowest usual"),
        pytest.param(USUAL, Decimal("-0.1"), None, True, id="below"),
    ],
)
def test_doubt_of_a_number(rule, value, last, is_doubtful):
    found = doubts.doubt(item("number", rule), value, None if last is None else before(last))

    assert (found is not None) == is_doubtful
    assert found is None or found.source == rule["source"]


@pytest.mark.parametrize(
    ("kind", "value", "wanted", "is_doubtful"),
    [
        ("yes_no", True, ["YES"], True),
        ("yes_no", False, ["YES"], False),
        ("yes_no", None, ["YES"], False),
        ("choice", "bad", ["bad"], True),
        ("multiple", ["a", "bad"], ["bad"], True),
        ("multiple", ["a"], ["bad"], False),
        ("yes_no", {"missing": "REFUSED"}, ["YES"], False),
    ],
)
def test_doubt_of_an_answer(kind, value, wanted, is_doubtful):
    found = doubts.doubt(item(kind, ANSWER | {"is": wanted}), value)

    assert (found is not None) == is_doubtful


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PERCENT, "Plus de 10\u202f% d’écart avec la dernière valeur (70 kg, le 02/03/2026)."),
        (CHANGE, "Plus de 4 points d’écart avec la dernière valeur (70 kg, le 02/03/2026)."),
        (USUAL, "Valeur inhabituelle, d’ordinaire de 0 à 30 kg."),
    ],
)
def test_the_page_is_told_the_same(rule, words):
    question = item("number", rule)

    (told,) = doubts.watched(question, before(70))

    assert told["say"] == words == doubts.doubt(question, 500, before(70)).message


def test_the_page_looks_at_bounds_and_answers():
    question = item("number", PERCENT, CHANGE, USUAL, ANSWER)

    watched = doubts.watched(question, before(70))

    bounds = [(rule.get("min"), rule.get("max")) for rule in watched]
    assert bounds == [(63.0, 77.0), (66.0, 74.0), (0.0, 30.0), (None, None)]
    assert watched[-1]["is"] == ["YES"]
    assert [rule.get("max") for rule in doubts.watched(question, None)] == [30.0, None]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PERCENT, "plus de 10\u202f% d’écart"),
        (CHANGE, "plus de 4 points"),
        (USUAL, "en dehors de 0 à 30"),
        (ANSWER, "réponse YES"),
    ],
)
def test_a_rule_is_told_with_its_source(rule, words):
    told = doubts.rule_in_words(rule)

    assert words in told
    assert rule["source"] in told
