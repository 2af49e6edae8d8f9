"""What a definition may declare, and what a draft changes of the version before."""

import pytest

from programmes import redrafted
from programmes.declared import Frame, decimal
from programmes.declared_rules import problems


SURE = {"source": "Règle du registre"}
PAIN = {
    "code": "pain", "label": "Douleur", "kind": "number", "min": "0", "max": "10", "score": True,
    "instrument": "NRS", "required": True, "missing": ["UNKNOWN"], "by_patient": True,
    "soft": [{"rule": "change", "than": "4"} | SURE],
}  # fmt: skip
WORD = {
    "code": "word", "label": "Mot", "kind": "choice", "choices": [["a", "Aucune"], ["f", "Forte"]],
    "soft": [{"rule": "answer", "is": ["f"], "message": "À revoir"} | SURE],
}  # fmt: skip
AGAIN = {"code": "again", "label": "Encore", "kind": "yes_no", "visits": ["M1"], "sex": "F"}
SAID = {
    "code": "said", "label": "En clair", "kind": "text",
    "shown_if": {"code": "word", "value": ["f"]},
}  # fmt: skip
SINCE = {"code": "since", "label": "Depuis", "kind": "date"}
UNTIL = {
    "code": "until", "label": "Jusqu’à", "kind": "date",
    "compare": {"is": "at_least", "with": "since"} | SURE,
}  # fmt: skip
WORST = {
    "code": "worst", "label": "Pire", "kind": "number", "unit": "points", "decimals": 1,
    "min": "0.5", "max": "10",
    "compare": {"is": "sum_at_most", "with": "pain", "limit": "20"} | SURE,
}  # fmt: skip
EVERY = [PAIN, WORD, AGAIN, SAID, SINCE, UNTIL, WORST]
FRAME = Frame(visits=frozenset({"M1", "M3"}), instruments=frozenset({"NRS"}))


def told(entry, changes, frame=FRAME):
    """What is wrong with one question of the definition once it is changed: fields and words."""
    changed = [one | changes if one["code"] == entry["code"] else one for one in EVERY]
    code = changes.get("code", entry["code"])
    return [(one.field, one.message) for one in problems(changed, frame) if one.code == code]


def test_a_right_definition_has_no_problem():
    assert problems(EVERY, FRAME) == []


def test_a_questionnaire_asks_something():
    (found,) = problems([], FRAME)

    assert "au moins une question" in found.message


@pytest.mark.parametrize(
    ("entry", "changes", "field", "words"),
    [
        (PAIN, {"code": "Pain"}, "code", "Une lettre minuscule"),
        (PAIN, {"code": "a" * 41}, "code", "Une lettre minuscule"),
        (WORD, {"code": "pain"}, "code", "déjà ce code"),
        (PAIN, {"kind": "colour", "score": False, "min": "", "max": "", "by_patient": False,
                "soft": []}, "kind", "nature"),
        (PAIN, {"label": "  "}, "label", "obligatoire"),
        (PAIN, {"label": "a" * 301}, "label", "300 caractères"),
        (WORD, {"help": "a" * 501}, "help", "500 caractères"),
        (WORST, {"unit": "a" * 21}, "unit", "20 caractères"),
        (WORD, {"unit": "kg"}, "unit", "Réservé aux nombres"),
        (WORD, {"score": True}, "score", "Réservé aux nombres"),
        (WORST, {"decimals": 4}, "decimals", "De 0 à 3"),
        (WORST, {"min": "0.25"}, "min", "plus de chiffres"),
        (WORST, {"max": "dix"}, "max", "Écrivez un nombre"),
        (WORST, {"max": "0.4"}, "max", "inférieure à la plus petite"),
        (WORD, {"choices": [["f", "Forte"]]}, "choices", "au moins deux"),
        (WORD, {"choices": []}, "choices", "au moins deux"),
        (SINCE, {"choices": [["a", "A"], ["b", "B"]]}, "choices", "Réservé aux questions à choix"),
        (WORD, {"choices": [["f", "Forte"], ["f", "Faible"]]}, "choices", "même code"),
        (WORD, {"choices": [["f", "Forte"], ["g", "forte"]]}, "choices", "même libellé"),
        (WORD, {"choices": [["f", "Forte"], ["a=b", "Autre"]]}, "choices", "«\u202fa=b\u202f»"),
        (WORD, {"choices": [["f", "Forte"], ["YES", "Oui"]]}, "choices", "«\u202fYES\u202f»"),
        (WORD, {"choices": [["f", "Forte"], ["UNKNOWN", "?"]]}, "choices", "pas de réponse"),
        (WORD, {"choices": [["f", "Forte"], ["g", " "]]}, "choices", "pas de libellé"),
        (PAIN, {"missing": ["LOST"]}, "missing", "n’existe pas"),
        (SAID, {"shown_if": {"code": "lost", "value": ["f"]}}, "shown_by", "ou plus"),
        (SAID, {"shown_if": {"code": "said", "value": ["f"]}}, "shown_by", "vient après"),
        (WORD, {"shown_if": {"code": "again", "value": [True]}}, "shown_by", "vient après"),
        (SAID, {"shown_if": {"code": "pain", "value": ["3"]}}, "shown_by", "question à choix"),
        (SAID, {"shown_if": {"code": "word", "value": []}}, "shown_by", "au moins une réponse"),
        (SAID, {"shown_if": {"code": "word", "value": ["z"]}}, "shown_by", "«\u202fMot\u202f»"),
        (AGAIN, {"sex": "X"}, "sex", "à qui"),
        (AGAIN, {"visits": ["M1", "M99"]}, "visits", "M99"),
        (SAID, {"by_patient": True}, "by_patient", "texte libre"),
        (PAIN, {"instrument": "BPI"}, "instrument", "licence"),
        (PAIN, {"soft": PAIN["soft"] * 2}, "soft_source", "Un seul"),
        (PAIN, {"soft": [{"rule": "change", "than": "4"}]}, "soft_source", "d’où vient"),
        (PAIN, {"soft": [{"rule": "guess"} | SURE]}, "soft_source", "n’existe pas"),
        (PAIN, {"soft": [{"rule": "change", "than": "0"} | SURE]}, "change", "plus grand que zéro"),
        (PAIN, {"soft": [{"rule": "change_percent", "than": "x"} | SURE]}, "change_percent",
         "plus grand que zéro"),
        (PAIN, {"soft": [{"rule": "usual", "min": "2", "max": ""} | SURE]}, "usual_min", "deux"),
        (PAIN, {"soft": [{"rule": "usual", "min": "3", "max": "2"} | SURE]}, "usual_max",
         "inférieure"),
        (WORD, {"soft": [{"rule": "change", "than": "4"} | SURE]}, "change", "Réservé aux nombres"),
        (PAIN, {"soft": [{"rule": "answer", "is": ["3"], "message": "!"} | SURE]}, "answer_is",
         "Réservé aux questions à choix"),
        (WORD, {"soft": [{"rule": "answer", "is": ["z"], "message": "!"} | SURE]}, "answer_is",
         "«\u202fz\u202f»"),
        (WORD, {"soft": [{"rule": "answer", "is": [], "message": "!"} | SURE]}, "answer_is",
         "quelles réponses"),
        (WORD, {"soft": [{"rule": "answer", "is": ["f"]} | SURE]}, "answer_message", "vérifier"),
        (WORST, {"compare": {"is": "near", "with": "pain"} | SURE}, "compare_is", "Choisissez"),
        (WORST, {"compare": {"is": "at_most", "with": "lost"} | SURE}, "compare_with", "autre"),
        (WORST, {"compare": {"is": "at_most", "with": "worst"} | SURE}, "compare_with", "autre"),
        (WORST, {"compare": {"is": "at_most", "with": "since"} | SURE}, "compare_with",
         "deux dates"),
        (WORD, {"compare": {"is": "at_most", "with": "pain"} | SURE}, "compare_with", "deux dates"),
        (UNTIL, {"compare": {"is": "sum_at_most", "with": "since", "limit": "1"} | SURE},
         "compare_is", "ne s’additionnent pas"),
        (WORST, {"compare": {"is": "sum_at_least", "with": "pain"} | SURE}, "compare_limit",
         "la somme"),
        (WORST, {"compare": {"is": "at_most", "with": "pain", "limit": "2"} | SURE},
         "compare_limit", "Réservé aux sommes"),
        (WORST, {"compare": {"is": "at_most", "with": "pain"}}, "compare_source", "d’où vient"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_its_field(entry, changes, field, words):
    found = told(entry, changes)

    assert [message for name, message in found if name == field and words in message], found


@pytest.mark.parametrize(
    ("entry", "changes"),
    [
        (PAIN, {"code": "a" * 40, "label": "a" * 300}),
        (WORST, {"min": "10", "max": "10"}),
        (WORST, {"decimals": 3, "min": "0.125"}),
        (WORST, {"decimals": 0, "min": None, "max": ""}),
        (SAID, {"shown_if": {"code": "again", "value": True}}),
        (PAIN, {"soft": [{"rule": "usual", "min": "2", "max": "2"} | SURE]}),
        (AGAIN, {"soft": [{"rule": "answer", "is": ["YES"], "message": "!"} | SURE]}),
    ],
)
def test_what_is_just_right_passes(entry, changes):
    assert told(entry, changes) == []


# --- A code that was published ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "past", "field", "words"),
    [
        (PAIN, {"kind": "text"}, "kind", "«\u202ftexte libre\u202f»"),
        (WORST, {"unit": "kg"}, "unit", "«\u202fkg\u202f»"),
        (WORST, {"unit": ""}, "unit", "sans unité"),
        (PAIN, {"instrument": "VRS"}, "instrument", "garde son instrument"),
        (PAIN, {"max": "100"}, "max", "garde ses bornes"),
        (PAIN, {"min": "1"}, "min", "garde ses bornes"),
        (WORD, {"choices": [["f", "Faible"]]}, "choices", "«\u202fFaible\u202f»"),
    ],
)
def test_a_published_code_keeps_what_it_means(entry, past, field, words):
    frame = Frame(FRAME.visits, FRAME.instruments, [entry | past])

    (found,) = told(entry, {}, frame)

    assert found[0] == field
    assert words in found[1]


@pytest.mark.parametrize(
    ("entry", "past"),
    [
        (PAIN, {"label": "Autres mots", "required": False, "min": "0.0"}),
        (PAIN, {"code": "other", "kind": "text"}),
        (PAIN, {"instrument": ""}),
        (WORST, {"max": "100"}),
        (WORD, {"choices": [["f", "forte"], ["z", "Atroce"]]}),
    ],
)
def test_a_published_code_may_change_what_keeps_its_meaning(entry, past):
    assert told(entry, {}, Frame(FRAME.visits, FRAME.instruments, [entry | past])) == []


def test_the_same_thing_is_said_once_of_several_versions():
    past = [PAIN | {"max": "100"}, PAIN | {"max": "50"}]

    assert len(told(PAIN, {}, Frame(FRAME.visits, FRAME.instruments, past))) == 1


@pytest.mark.parametrize(
    ("value", "found"),
    [("2.5", "2.5"), (0, "0"), ("", None), (None, None), ("x", None), ("NaN", None)],
)
def test_a_bound_is_a_number_or_nothing(value, found):
    assert str(decimal(value)) == str(found)


# --- A draft --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ({"score": False, "required": False, "help": "", "choices": []}, {}),
        ({"min": "10.0"}, {"min": 10}),
        ({"min": 0}, {"min": "0"}),
        ({"shown_if": {"code": "a", "value": True}}, {"shown_if": {"code": "a", "value": ["YES"]}}),
        ({"choices": [[1, "Un"]]}, {"choices": [["1", "Un"]]}),
    ],
)
def test_two_ways_of_writing_a_question_are_equal(written, same):
    first, second = {"code": "x"} | written, {"code": "x"} | same

    assert redrafted.plain(first) == redrafted.plain(second)
    assert redrafted.stamp(first) == redrafted.stamp(second)
    assert redrafted.stamp(first) != redrafted.stamp(first | {"label": "Autre"})


def codes(definition):
    return [one["code"] for one in definition]


@pytest.mark.parametrize(
    ("code", "up", "order"),
    [
        ("word", True, ["word", "pain", "again"]),
        ("word", False, ["pain", "again", "word"]),
        ("pain", True, ["pain", "word", "again"]),
        ("again", False, ["pain", "word", "again"]),
        ("lost", True, ["pain", "word", "again"]),
    ],
)
def test_a_question_moves_by_one_place(code, up, order):
    assert codes(redrafted.moved([PAIN, WORD, AGAIN], code, up=up)) == order


def test_a_question_is_written_in_its_place_or_at_the_end():
    changed = redrafted.written([PAIN, WORD], PAIN | {"label": "Autre"})

    assert codes(changed) == ["pain", "word"]
    assert changed[0]["label"] == "Autre"
    assert codes(redrafted.written([PAIN, WORD], AGAIN)) == ["pain", "word", "again"]
    assert codes(redrafted.without([PAIN, WORD], "pain")) == ["word"]


def test_what_a_draft_changes_is_told():
    after = [AGAIN, PAIN | {"label": "La douleur", "max": "9"}, WORST]

    found = redrafted.differences([PAIN, WORD, AGAIN], after)

    assert (codes(found.added), codes(found.withdrawn)) == (["worst"], ["word"])
    assert [one.words for one in found.changed] == ["libellé, plus grande valeur"]
    assert found.reordered
    assert not found.is_empty


def test_the_same_questions_change_nothing():
    assert redrafted.differences(EVERY, [dict(one) for one in EVERY]).is_empty
