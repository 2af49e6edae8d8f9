"""A rule between two questions: refused or doubted, beside the field, in words of its own."""

from datetime import date

import pytest

from followup import comparing, items
from followup.forms import VisitForm
from followup.questionnaires import Part
from tests.programmes.factories import QuestionnaireFactory, QuestionnaireVersionFactory


def number(code, label, **more):
    return {"code": code, "label": label, "kind": "number", "min": "0"} | more


def rule(how, **more):
    return {"compare": {"is": how, "with": "mean", "source": "à nous"} | more}


MEAN, MISSING = number("mean", "Douleur moyenne", missing=["REFUSED"]), {"missing": "REFUSED"}


def unmet(how, worst, mean, **more):
    every = items.read([MEAN, number("worst", "Pire douleur") | rule(how, **more)])
    return comparing.doubt(every[1], every, {"mean": mean, "worst": worst})


@pytest.mark.parametrize(
    ("how", "limit", "worst", "mean", "words"),
    [
        ("at_least", None, 5, 5, ""),
        ("at_least", None, 4, 5, "Valeur attendue au moins égale à «\u202fDouleur moyenne\u202f»."),
        ("at_most", None, 5, 5, ""),
        ("at_most", None, 6, 5, "Valeur attendue au plus égale à «\u202fDouleur moyenne\u202f»."),
        ("sum_at_least", "28", 20, 8, ""),
        ("sum_at_least", "28", 20, 7.5,
         "Somme attendue avec «\u202fDouleur moyenne\u202f»\u202f: au moins 28."),
        ("sum_at_most", "28", 20, 8, ""),
        ("sum_at_most", "28", 20, 9,
         "Somme attendue avec «\u202fDouleur moyenne\u202f»\u202f: au plus 28."),
        ("at_least", None, 4, None, ""),
        ("at_least", None, None, 5, ""),
        ("at_least", None, 4, MISSING, ""),
        ("at_least", None, True, 5, ""),
    ],
)  # fmt: skip
def test_two_numbers(how, limit, worst, mean, words):
    found = unmet(how, worst, mean, **({"limit": limit} if limit else {}))

    assert found == ((words, "à nous") if words else None)


@pytest.mark.parametrize(
    ("how", "until", "words"),
    [
        ("at_least", "2026-03-02", ""),
        ("at_least", "2026-03-01", "Date attendue le jour de «\u202fDébut\u202f», ou après."),
        ("at_most", "2026-03-02", ""),
        ("at_most", "2026-03-03", "Date attendue le jour de «\u202fDébut\u202f», ou avant."),
        ("at_least", "jamais", ""),
    ],
)
def test_two_dates(how, until, words):
    since = {"code": "mean", "label": "Début", "kind": "date"}
    every = items.read([since, {"code": "until", "label": "Fin", "kind": "date"} | rule(how)])

    found = comparing.doubt(every[1], every, {"mean": "2026-03-02", "until": until})

    assert found == ((words, "à nous") if words else None)


def test_a_rule_that_refuses_is_a_problem_and_no_doubt():
    every = items.read([MEAN, number("worst", "Pire") | rule("at_least", refuses=True)])
    answers = {"mean": 5, "worst": 4}

    assert "au moins égale" in items.problems(every, answers)["worst"]
    assert comparing.doubt(every[1], every, answers) is None
    assert items.problems(every, {"mean": 5, "worst": 5}) == {}


def test_a_rule_that_asks_for_a_reason_is_no_problem():
    every = items.read([MEAN, number("worst", "Pire") | rule("at_least")])

    assert items.problems(every, {"mean": 5, "worst": 4}) == {}


def test_a_question_that_is_hidden_is_not_compared():
    asks = {"code": "asks", "label": "Mesurée", "kind": "yes_no"}
    hidden = MEAN | {"shown_if": {"code": "asks", "value": True}}
    every = items.read([asks, hidden, number("worst", "Pire") | rule("at_least", refuses=True)])

    assert items.problems(every, {"asks": False, "mean": 5, "worst": 4}) == {}


def test_a_question_of_others_is_compared_with_nothing():
    (alone,) = items.read([number("worst", "Pire") | rule("at_least")])

    assert comparing.doubt(alone, [alone], {"mean": 5, "worst": 4}) is None
    assert comparing.watched(alone, [alone], {}) == []
    assert comparing.rule_in_words(alone, [alone]) == ""


@pytest.mark.parametrize(
    ("refuses", "words"),
    [
        (False, "motif demandé, sauf\u202f: valeur attendue au plus égale à"),
        (True, "refus, sauf\u202f: valeur attendue au plus égale à"),
    ],
)
def test_the_dictionary_tells_the_rule(refuses, words):
    every = items.read([MEAN, number("worst", "Pire") | rule("at_most", refuses=refuses)])

    told = comparing.rule_in_words(every[1], every)

    assert told.startswith(words)
    assert told.endswith("«\u202fDouleur moyenne\u202f» – à nous")


# --- On the form ----------------------------------------------------------------------------------


TYPED = {"once": "a" * 32, "held_on": "02/04/2026", "mode": "ON_SITE", "decision": "CONTINUE"}


def form_of(changes, **more):
    questionnaire = QuestionnaireFactory(code="q")
    definition = [MEAN, number("worst", "Pire") | rule("sum_at_least", limit="9", **more)]
    version = QuestionnaireVersionFactory(questionnaire=questionnaire, definition=definition)
    typed = TYPED | {"q-mean": "5", "q-worst": "3"} | changes
    day = date(2026, 4, 2)
    return VisitForm(typed, parts=[Part(version)], earliest=day, today=day)


def test_the_form_asks_why_then_takes_the_reason():
    form = form_of({})
    assert not form.is_valid()
    assert list(form.errors) == ["q-worst-why"]

    stands = form_of({"q-worst-why": "CHECKED"})
    assert stands.is_valid()
    assert stands.held().reasons == {"q": {"worst": "CHECKED"}}


def test_a_refused_answer_is_told_beside_its_field():
    form = form_of({"q-worst-why": "CHECKED"}, refuses=True)

    assert list(form.errors) == ["q-worst"]
    assert "q-worst-why" not in form.fields


def test_the_page_watches_the_other_field():
    section = next(one for one in form_of({}).sections() if one.id == "q")

    assert '"compare": "sum_at_least", "with": "q-mean", "limit": 9.0' in section.questions[1].soft
