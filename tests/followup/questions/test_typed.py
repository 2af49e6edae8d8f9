"""A question between the form and the definition: nothing is lost, what is wrong is told."""

import pytest
from django.core.management import call_command

from followup.questions import typed
from followup.questions.forms import QuestionForm
from followup.questions.lines import lines
from programmes.framing import frame_of, visit_codes
from programmes.models import Questionnaire
from programmes.redrafted import plain
from tests.followup.questions import WORD, sent


def test_the_page_loses_nothing_of_the_questions_of_the_registry():
    call_command("load_programmes", "recann.json", verbosity=0)
    for questionnaire in Questionnaire.objects.all():
        version = questionnaire.versions.order_by("-valid_from")[0]
        shared = {"frame": frame_of(questionnaire), "visits": visit_codes(questionnaire)}
        for entry in version.definition:
            shown = QuestionForm(
                initial=typed.initial(entry), draft=version, before=entry, **shared
            )
            form = QuestionForm(sent(shown), draft=version, before=entry, **shared)

            assert form.is_valid(), (entry["code"], form.errors)
            assert form.entry == plain(entry)


def form_of(version, data, before=None):
    questionnaire = version.questionnaire
    return QuestionForm(
        data, draft=version, before=before, frame=frame_of(questionnaire),
        visits=visit_codes(questionnaire),
    )  # fmt: skip


ADDED = {
    "code": "worst", "label": "Pire douleur", "kind": "number", "min": "0", "max": "10",
    "decimals": "1", "required": "on", "missing": ["REFUSED"], "shown_by": "word",
    "shown_for_word": ["f"], "visits": ["M1"], "usual_min": "1", "usual_max": "9,5",
    "change": "4", "change_percent": "50", "soft_source": "Règle", "compare_is": "sum_at_most",
    "compare_with": "pain", "compare_limit": "20", "compare_refuses": "refuse",
    "compare_source": "Règle",
}  # fmt: skip


def test_every_field_is_of_the_question(draft):
    form = form_of(draft, ADDED)

    assert form.is_valid(), form.errors
    assert form.entry == {
        "code": "worst", "label": "Pire douleur", "kind": "number", "min": "0", "max": "10",
        "decimals": 1, "required": True, "missing": ["REFUSED"], "visits": ["M1"],
        "shown_if": {"code": "word", "value": ["f"]},
        "soft": [
            {"rule": "usual", "min": "1", "max": "9.5", "source": "Règle"},
            {"rule": "change", "than": "4", "source": "Règle"},
            {"rule": "change_percent", "than": "50", "source": "Règle"},
        ],
        "compare": {"is": "sum_at_most", "with": "pain", "limit": "20", "refuses": True,
                    "source": "Règle"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("n = Non\n\n o=Oui, un peu ", [["n", "Non"], ["o", "Oui, un peu"]]),
        ("Très bien\nÀ revoir", [["tres_bien", "Très bien"], ["a_revoir", "À revoir"]]),
    ],
)
def test_choices_are_typed_one_a_line(text, choices):
    assert typed.choices(text) == choices


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("yes_no", "oui", ["YES"]),
        ("yes_no", "Non ; YES", ["NO", "YES"]),
        ("choice", "forte, a", ["f", "a"]),
        ("choice", "autre", ["autre"]),
    ],
)
def test_answers_to_confirm_are_typed_by_code_or_by_label(kind, text, values):
    assert typed.answers(text, WORD | {"kind": kind}) == values


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "Worst"}, "code", "Une lettre minuscule"),
        ({"code": ""}, "code", "obligatoire"),
        ({"code": "pain"}, "code", "déjà ce code"),
        ({"max": "-1"}, "max", "inférieure"),
        ({"max": "dix"}, "max", "Écrivez un nombre"),
        ({"shown_for_word": []}, "shown_by", "au moins une réponse"),
        ({"change": "0"}, "change", "plus grand que zéro"),
        ({"compare_source": ""}, "compare_source", "d’où vient"),
        ({"answer_is": "f"}, "answer_is", "Réservé"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(draft, changes, field, words):
    form = form_of(draft, ADDED | changes)

    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_a_criterion_keeps_its_words(draft):
    again = {"code": "again", "label": "Encore", "kind": "yes_no", "criterion": "again"}
    draft.definition = [again]

    form = form_of(draft, {"label": "Autrement", "kind": "yes_no"}, before=again)

    assert "mot pour mot" in str(form.errors["label"])
    assert form_of(draft, {"label": "Encore", "kind": "yes_no"}, before=again).is_valid()


def test_a_question_is_read_in_words():
    pain = {"code": "pain", "label": "Douleur", "kind": "number", "min": "0", "max": "10",
            "unit": "points", "soft": [{"rule": "change", "than": "4", "source": "nous"}],
            "compare": {"is": "at_most", "with": "worst", "source": "nous"}}  # fmt: skip
    worst = {"code": "worst", "label": "Pire", "kind": "number", "min": "1", "required": True,
             "shown_if": {"code": "word", "value": ["f"]}, "missing": ["REFUSED"]}  # fmt: skip
    least = {"code": "least", "label": "Moindre", "kind": "number", "max": "5", "sex": "F",
             "visits": ["M1", "M3"], "by_patient": True,
             "shown_if": {"code": "x", "value": ["1"]}}  # fmt: skip
    men = {"code": "men", "label": "Eux", "kind": "date", "sex": "M"}

    found = lines([WORD, pain, worst, least, men])

    assert [one.accepts for one in found] == [
        "Aucune, Forte", "Nombre, de 0 à 10 points", "Nombre, 1 au moins", "Nombre, 5 au plus",
        "Date",
    ]  # fmt: skip
    assert found[2].conditions == ["Si «\u202fMot\u202f»\u202f: Forte", "Sans réponse\u202f: refus"]
    assert found[3].conditions == [
        "Facultative", "Selon une question disparue, x", "Seulement à M1, M3", "Femmes seulement",
        "Le patient peut y répondre avant",
    ]  # fmt: skip
    assert "Hommes seulement" in found[4].conditions
    assert len(found[1].controls) == 2
