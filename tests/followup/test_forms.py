from datetime import date

import pytest

from followup.actions import CannotHold
from followup.forms import VisitForm
from followup.questionnaires import Last, Part
from tests.programmes.factories import QuestionnaireFactory, QuestionnaireVersionFactory


TODAY = date(2026, 4, 2)
DEFINITION = [
    {"code": "word", "label": "Mot", "kind": "choice", "choices": [["a", "Non"], ["f", "Forte"]]},
    {
        "code": "why",
        "label": "Causes",
        "kind": "multiple",
        "choices": [["x", "Froid"], ["y", "Nuit"]],
        "shown_if": {"code": "word", "value": "f"},
        "required": True,
    },
    {
        "code": "said",
        "label": "En clair",
        "kind": "text",
        "shown_if": {"code": "word", "value": "f"},
    },
    {"code": "since", "label": "Depuis", "kind": "date"},
    {"code": "weight", "label": "Poids", "kind": "number", "decimals": 1, "unit": "kg"},
]
TYPED = {
    "once": "a" * 32,
    "held_on": "02/04/2026",
    "mode": "ON_SITE",
    "decision": "CONTINUE",
    "q-word": "f",
    "q-why": ["x", "y"],
    "q-said": "La nuit",
    "q-since": "1/3/2026",
    "q-weight": "61,5",
}


@pytest.fixture
def parts():
    questionnaire = QuestionnaireFactory(code="q", title="Questions")
    return [Part(QuestionnaireVersionFactory(questionnaire=questionnaire, definition=DEFINITION))]


def form_of(parts, data=TYPED, **kwargs):
    return VisitForm(data, parts=parts, earliest=date(2026, 3, 2), today=TODAY, **kwargs)


def test_answers_are_of_the_kinds_of_their_questions(parts):
    form = form_of(parts)

    assert form.is_valid(), form.errors
    assert form.held().answers == {
        "q": {
            "word": "f",
            "why": ["x", "y"],
            "said": "La nuit",
            "since": "2026-03-01",
            "weight": 61.5,
        }
    }


def test_a_question_that_is_shown_is_required(parts):
    form = form_of(parts, {**TYPED, "q-why": []})

    assert form.errors == {"q-why": ["Ce champ est obligatoire."]}


def test_answers_to_hidden_questions_are_dropped(parts):
    form = form_of(parts, {**TYPED, "q-word": "a", "q-why": []})

    assert form.is_valid(), form.errors
    assert set(form.held().answers["q"]) == {"word", "since", "weight"}


def test_conditions_are_told_to_the_page(parts):
    form = form_of(parts, None)

    assert form.show_if["q-why"] == "q-word=f"
    assert form.optional_if_shown == {"q-said"}


def test_a_reason_to_stop_is_dropped_when_the_treatment_goes_on(parts):
    form = form_of(parts, {**TYPED, "stop_reason": "OTHER"})

    assert form.is_valid(), form.errors
    assert form.held().stop_reason == ""


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (CannotHold("Trop tôt", "held_on"), "held_on"),
        (CannotHold("Refusé"), "__all__"),
        (CannotHold("Faux", answers={"q": {"weight": "Trop lourd"}}), "q-weight"),
        (CannotHold("Faux", answers={"zz": {"": "Inconnu"}}), "__all__"),
    ],
)
def test_a_refusal_is_shown_beside_its_field(parts, error, field):
    form = form_of(parts)
    assert form.is_valid()

    form.refuse(error)

    assert set(form.errors) == {field}


def test_the_last_answer_stands_beside_the_question(parts):
    last = {"q": {"why": Last(["x"], date(2026, 3, 2), "")}}

    (_, section, _) = form_of(parts, None, last=last).sections()

    beside = {one.field.name: (one.last, one.last_from) for one in section.questions}
    assert beside["q-why"] == ("Froid", "02/03/2026")
    assert beside["q-word"] == ("", "")
