"""Every act of the registry has its French words, every reason too."""

import ast
import re
from pathlib import Path

import pytest

from record import journal, words


ROOT = Path(__file__).resolve().parent.parent.parent
CALLS = {"record", "acting", "context", "_sign"}
NAMED = re.compile(r"[a-z_]+(\.[a-z_]+)?")


# How the name of an act ends that shows something of a patient.
SHOWS = re.compile(r"(viewed|read|printed|presented|revealed|compared|exported|broken)$")


def acts(*, of_a_patient=False):
    """First arguments, written in full, of what writes the journal or signs history.

    :param of_a_patient: only those that say of whom
    """
    found = set()
    for path in ROOT.glob("*/**/*.py"):
        folder = path.relative_to(ROOT).parts[0]
        if folder in {"tests", "tools", ".venv", "var", "devstack"} or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function = node.func
            audited = isinstance(function, ast.Attribute) and (
                isinstance(function.value, ast.Name) and function.value.id == "audit"
            )
            first = node.args[0]
            if of_a_patient and "subject" not in {one.arg for one in node.keywords}:
                continue
            if audited and function.attr in CALLS and isinstance(first, ast.Constant):
                found.add(first.value)
    return found


def test_every_act_has_its_words():
    assert acts() - words.ACTIONS.keys() == set()


def test_every_act_that_shows_something_of_a_patient_is_a_reading():
    shown = {act for act in acts(of_a_patient=True) if SHOWS.search(act)}

    assert "patient.viewed" in shown
    assert shown - set(journal.READINGS) == set()


def test_the_acts_are_found():
    assert {"patient.viewed", "visit.corrected", "role.given"} <= acts()


@pytest.mark.parametrize("code", words.ACTIONS)
def test_words_are_words(code):
    assert NAMED.fullmatch(code)
    assert words.action(code)[0].isupper()


def test_what_nobody_named_is_shown_as_it_is():
    assert words.action("moon.landed") == "moon.landed"
    assert words.reason("Vu avec le patient") == "Vu avec le patient"
    assert words.reason("DEATH") == "Décès"
    assert words.plain_role("") == "Professionnel habilité"


def test_details_are_told_in_words_and_sealed_bytes_are_not():
    told = words.detail(
        {"reason": "DEATH", "serious": True, "role": "MANAGER", "before": "c2VjcmV0", "user": 3}
    )

    assert told == "motif\u202f: Décès, grave\u202f: oui, rôle\u202f: Gestion du programme"
    assert words.detail({"reason": "", "serious": False}) == "grave\u202f: non"
