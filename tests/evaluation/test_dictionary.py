"""The dictionary says what the form asks and what the export holds, from the same declarations."""

import csv
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from evaluation import dictionary
from evaluation.enums import DataSet, Layout
from evaluation.exports import Export
from programmes.actions import questions
from programmes.models import Programme
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import (
    AccreditationFactory,
    IndicationFactory,
    ProgrammeFactory,
    QuestionnaireVersionFactory,
)


DEFINITION = [
    {
        "code": "weight",
        "label": "Poids",
        "kind": "number",
        "unit": "kg",
        "min": "2",
        "max": "300",
        "decimals": 1,
        "missing": ["REFUSED"],
        "sex": "F",
        "visits": ["M3", "M1"],
        "soft": [{"rule": "usual", "min": "20", "max": "200", "source": "à nous"}],
    },
    {"code": "felt", "label": "=Ressenti", "kind": "choice", "choices": [["1", "Mieux"]],
     "instrument": "PGIC", "required": True},
    {"code": "said", "label": "Dit", "kind": "text", "shown_if": {"code": "felt", "value": "1"},
     "missing": ["UNKNOWN"]},
    {"code": "again", "label": "Encore", "kind": "yes_no"},
    {"code": "times", "label": "Fois", "kind": "number", "min": "0",
     "shown_if": {"code": "again", "value": True}},
]  # fmt: skip


@pytest.fixture
def version():
    return QuestionnaireVersionFactory(definition=DEFINITION, questionnaire__code="commun")


def lines(programme):
    return {row[6]: dict(zip(dictionary.HEADINGS, row, strict=True)) for row in
            dictionary.rows(programme)}  # fmt: skip


def test_a_line_tells_a_question(version):
    found = lines(version.questionnaire.programme)

    weight, felt, said = found["Poids"], found["=Ressenti"], found["Dit"]
    assert (weight["colonne"], weight["nature"], weight["unite"]) == (
        "commun.weight",
        "nombre",
        "kg",
    )
    assert (str(weight["minimum"]), str(weight["maximum"]), weight["decimales"]) == ("2", "300", 1)
    assert weight["posee_a"] == "M1, M3\u202f; femmes"
    assert "en dehors de 20 à 200 – à nous" in weight["controle"]
    assert (felt["reponses"], felt["obligatoire"]) == ("1 = Mieux", "oui")
    assert felt["licence"] == "Usage libre"
    assert (said["colonne"], said["posee_si"]) == ("", "felt = Mieux")
    assert found["Fois"]["posee_si"] == "again = Oui"
    assert found["Encore"]["reponses"] == "true = Oui | false = Non"
    why = found["Poids\u202f: pourquoi il n’y a pas de réponse"]
    assert (why["colonne"], why["reponses"]) == ("commun.weight.sans_reponse", "REFUSED = Refus")
    assert (why["unite"], why["posee_a"]) == ("", weight["posee_a"])
    said_why = found["Dit\u202f: pourquoi il n’y a pas de réponse"]
    assert (said_why["colonne"], said_why["reponses"]) == (
        "commun.said.sans_reponse",
        "UNKNOWN = Inconnu",
    )


def test_a_draft_is_in_no_dictionary_and_makes_no_column(version):
    QuestionnaireVersionFactory(
        questionnaire=version.questionnaire,
        status="DRAFT",
        definition=[{"code": "secret", "label": "En projet", "kind": "number"}],
    )
    programme = version.questionnaire.programme

    made = Export(programme, DataSet.VISITS, Layout.STANDARD)

    assert "En projet" not in lines(programme)
    assert b"commun.secret" not in b"".join(made)


def test_what_a_manager_publishes_is_in_the_dictionary_and_in_the_export():
    """One declaration draws the form, feeds the dictionary and makes the columns."""
    version = QuestionnaireVersionFactory(questionnaire__code="commun")
    programme = version.questionnaire.programme
    manager = MemberFactory(role=Role.MANAGER, programme=programme)
    draft = questions.draft_questions(version, by=manager, on=date(2026, 3, 20))
    for code in ("worst", "mean"):
        entry = {"code": code, "label": code, "kind": "number", "missing": ["REFUSED"]}
        questions.write_question(draft, entry, by=manager)
    questions.set_facts(draft, questions.Facts("2", date(2026, 3, 21), "Décision"), by=manager)
    questions.publish_questions(draft, by=manager, at=datetime(2026, 3, 20, 9, tzinfo=UTC))

    told = {row[0] for row in dictionary.rows(programme)}

    columns = {"commun.worst", "commun.worst.sans_reponse", "commun.mean"}
    heading = b"".join(Export(programme, DataSet.VISITS, Layout.STANDARD)).decode().splitlines()[0]
    assert columns <= told
    assert columns <= set(heading.split(","))


def test_the_columns_of_the_dictionary_are_those_of_the_export():
    call_command("load_programmes", verbosity=0)
    programme = Programme.objects.get(code="recann")

    told = {row[0] for row in dictionary.rows(programme) if row[0]}

    (heading,) = csv.reader([b"".join(Export(programme, DataSet.VISITS, Layout.STANDARD)).decode()])
    assert told == {name for name in heading if "." in name}


def test_the_page_shows_versions_and_instruments(sign_in, version, django_assert_max_num_queries):
    programme = version.questionnaire.programme
    version.questionnaire.indications.add(IndicationFactory(programme=programme, code="DN"))
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=programme))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("evaluation:dictionary"))

    for words in ("Poids", "2 à 300 kg", "DN", "si felt = Mieux", "Autorisation du titulaire"):
        assertContains(page, words)


def test_the_file_is_harmless_in_a_spreadsheet(sign_in, version):
    programme = version.questionnaire.programme
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=programme))

    file = client.get(reverse("evaluation:dictionary_file"), {"programme": programme.code})

    assert file["Content-Disposition"].startswith("attachment")
    assert "'=Ressenti" in file.content.decode()


def test_the_programme_of_others_is_not_told(sign_in, version):
    mine = QuestionnaireVersionFactory(questionnaire__title="Le mien").questionnaire.programme
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=mine))
    other = {"programme": version.questionnaire.programme.code}

    page = client.get(reverse("evaluation:dictionary"), other)

    assertContains(page, "Le mien")
    assertNotContains(page, "Poids")
    assert client.get(reverse("evaluation:dictionary_file"), other).status_code == 404


def test_one_programme_after_the_other_may_be_chosen(sign_in, version):
    first, second = version.questionnaire.programme, ProgrammeFactory(short_name="Le second")
    analyst = MemberFactory(role=Role.ANALYST, programme=first)
    AccreditationFactory(member=analyst, programme=second)

    page = sign_in(analyst).get(reverse("evaluation:dictionary"), {"programme": second.code})

    assertContains(page, "<strong>Le second</strong>", html=True)


def test_nobody_without_a_programme_has_a_dictionary(sign_in):
    page = sign_in(MemberFactory(role=Role.ANALYST)).get(reverse("evaluation:dictionary"))

    assertContains(page, "habilité à aucun programme")
