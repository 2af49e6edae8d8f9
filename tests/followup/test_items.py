from datetime import date
from decimal import Decimal

import pytest

from followup import items


DEFINITION = [
    {
        "code": "pain",
        "label": "Douleur",
        "kind": "number",
        "unit": "kg",
        "min": "0",
        "max": "10",
        "decimals": 1,
        "required": True,
        "score": True,
    },
    {
        "code": "word",
        "label": "Mot",
        "kind": "choice",
        "choices": [["a", "Aucune"], ["f", "Forte"]],
    },
    {
        "code": "why",
        "label": "Causes",
        "kind": "multiple",
        "choices": [["x", "Froid"], ["y", "Nuit"]],
        "shown_if": {"code": "word", "value": ["f"]},
        "required": True,
    },
    {"code": "said", "label": "Dit", "kind": "text", "shown_if": {"code": "why", "value": "y"}},
    {"code": "since", "label": "Depuis", "kind": "date"},
    {"code": "again", "label": "Encore", "kind": "yes_no"},
    {
        "code": "times",
        "label": "Fois",
        "kind": "number",
        "shown_if": {"code": "again", "value": True},
    },
]
ITEMS = items.read(DEFINITION)
BY_CODE = {item.code: item for item in ITEMS}


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        pytest.param("pain", 0, "", id="lowest"),
        pytest.param("pain", 10, "", id="highest"),
        pytest.param("pain", 9.5, "", id="one decimal"),
        pytest.param("pain", -0.1, "minimale est 0", id="below"),
        pytest.param("pain", 10.1, "maximale est 10", id="above"),
        pytest.param("pain", 9.55, "Trop de chiffres", id="too precise"),
        pytest.param("pain", float("nan"), "Écrivez un nombre", id="not a number"),
        pytest.param("pain", True, "Écrivez un nombre", id="a boolean"),
        pytest.param("pain", "6", "Écrivez un nombre", id="text"),
        pytest.param("pain", None, "obligatoire", id="required"),
        pytest.param("word", "f", "", id="a choice"),
        pytest.param("word", None, "", id="an optional choice"),
        pytest.param("word", "z", "de la liste", id="not a choice"),
        pytest.param("why", ["x", "y"], "", id="two choices"),
        pytest.param("why", ["x", "z"], "de la liste", id="one is not"),
        pytest.param("why", "x", "de la liste", id="not several"),
        pytest.param("said", "a" * items.MAX_TEXT, "", id="longest text"),
        pytest.param("said", "a" * (items.MAX_TEXT + 1), "Pas plus de 1000", id="too long"),
        pytest.param("said", 3, "Écrivez un texte", id="not a text"),
        pytest.param("since", "2026-02-28", "", id="a date"),
        pytest.param("since", "2026-02-29", "n’existe pas", id="no such day"),
        pytest.param("since", 20260228, "n’existe pas", id="not a date"),
        pytest.param("again", False, "", id="no is an answer"),
        pytest.param("again", "NO", "oui ou par non", id="not a boolean"),
    ],
)
def test_problem(code, value, problem):
    found = items.problem(BY_CODE[code], value)

    assert (problem in found) if problem else found == ""


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        pytest.param({}, {"pain", "word", "since", "again"}, id="nothing answered"),
        pytest.param({"word": "a"}, {"pain", "word", "since", "again"}, id="another answer"),
        pytest.param(
            {"word": "f", "why": ["x", "y"], "again": True},
            {"pain", "word", "why", "said", "since", "again", "times"},
            id="everything",
        ),
        pytest.param(
            {"word": "a", "why": ["y"]},
            {"pain", "word", "since", "again"},
            id="what hangs on a hidden question is hidden",
        ),
    ],
)
def test_asked(answers, asked):
    assert {item.code for item in items.asked(ITEMS, answers)} == asked


def test_hidden_and_empty_answers_are_dropped():
    answers = {"pain": 3, "word": "a", "why": ["x"], "since": "", "again": False, "times": 4}

    assert items.kept(ITEMS, answers) == {"pain": 3, "word": "a", "again": False}


def test_problems_are_told_by_item_and_only_of_what_is_asked():
    found = items.problems(ITEMS, {"word": "f", "times": "many", "unknown": 1})

    assert found == {
        "pain": "Ce champ est obligatoire.",
        "why": "Ce champ est obligatoire.",
        "unknown": "Question inconnue.",
    }


@pytest.mark.parametrize(
    ("code", "typed", "stored", "words"),
    [
        ("pain", Decimal("6"), 6, "6 kg"),
        ("pain", Decimal("6.5"), 6.5, "6,5 kg"),
        ("word", "f", "f", "Forte"),
        ("why", ["x", "y"], ["x", "y"], "Froid, Nuit"),
        ("said", "La nuit", "La nuit", "La nuit"),
        ("since", date(2026, 2, 28), "2026-02-28", "28/02/2026"),
        ("again", "YES", True, "Oui"),
        ("again", "NO", False, "Non"),
        ("again", True, True, "Oui"),
        ("pain", None, None, "–"),
    ],
)
def test_an_answer_is_stored_and_shown_in_its_kind(code, typed, stored, words):
    found = items.stored(BY_CODE[code], typed)

    assert (found, type(found)) == (stored, type(stored))
    assert items.in_words(BY_CODE[code], found) == words


def test_only_words_are_sealed():
    assert items.free_texts(ITEMS) == {"said"}
