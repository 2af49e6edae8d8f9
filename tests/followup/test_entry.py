"""A visit as it is typed: of whom it asks, what stands beside, what is unusual, what is missing."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from followup import scores
from followup.enums import VisitStatus
from followup.questionnaires import last_answers
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.followup.pages import TYPED, page_of
from tests.patients.factories import EligibilityAnswerFactory
from tests.programmes.factories import CriterionFactory, QuestionnaireVersionFactory


pytestmark = pytest.mark.usefixtures("at_noon")


def test_a_visit_asks_of_its_patient_only(sign_in):
    visit = VisitFactory(enrolment__patient__sex="M", code="M3")
    version = QuestionnaireVersionFactory(
        questionnaire__programme=visit.enrolment.programme,
        definition=[
            {"code": "grossesse", "label": "Grossesse", "kind": "yes_no", "sex": "F"},
            {"code": "again", "label": "Redemandé", "kind": "yes_no", "visits": ["M1"]},
        ],
    )

    page = sign_in(visit.enrolment.included_by).get(page_of(visit))

    assertNotContains(page, version.questionnaire.title)
    assertNotContains(page, "Grossesse")


def test_a_criterion_asked_again_shows_the_answer_of_the_inclusion(sign_in):
    visit = VisitFactory()
    criterion = CriterionFactory(code="suicide", criteria_set__programme=visit.enrolment.programme)
    EligibilityAnswerFactory(enrolment=visit.enrolment, criterion=criterion, answer="YES")
    QuestionnaireVersionFactory(
        questionnaire__programme=visit.enrolment.programme,
        definition=[
            {"code": "suicide", "label": "Idées", "kind": "yes_no", "criterion": "suicide"}
        ],
    )

    page = sign_in(visit.enrolment.included_by).get(page_of(visit))

    assertContains(page, "<strong>Oui</strong>", html=True)
    assertContains(page, "M0, 02/03/2026")


WEIGHT = {
    "code": "weight",
    "label": "Poids",
    "kind": "number",
    "unit": "kg",
    "decimals": 1,
    "missing": ["REFUSED"],
    "soft": [{"rule": "change_percent", "than": "10", "source": "HAS"}],
}


@pytest.fixture
def weighed():
    """M3 of a patient who weighed 70 kg at M1; the name of the field."""
    version = QuestionnaireVersionFactory(definition=[WEIGHT])
    first = AnswersFactory(
        version=version,
        data={"weight": 70},
        visit__enrolment__indication__programme=version.questionnaire.programme,
    )
    visit = VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=date(2026, 4, 3))
    return visit, f"{version.questionnaire.code}-weight"


def test_an_unusual_value_asks_why_then_stands(sign_in, weighed):
    visit, weight = weighed
    client = sign_in(visit.enrolment.included_by)

    asked = client.post(page_of(visit), {**TYPED, weight: "60"})
    assertContains(asked, "Plus de 10\u202f% d’écart avec la dernière valeur (70 kg")
    assertContains(asked, "indiquez pourquoi elle est juste")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED

    client.post(page_of(visit), {**TYPED, weight: "60", f"{weight}-why": "TREATMENT"})
    answers = visit.answers.get()
    assert (answers.data, answers.reasons) == ({"weight": 60}, {"weight": "TREATMENT"})
    assertContains(client.get(page_of(visit)), "60 kg (confirmé\u202f: effet du traitement)")


def test_the_reason_of_a_value_that_is_usual_again_is_dropped(sign_in, weighed):
    visit, weight = weighed

    sign_in(visit.enrolment.included_by).post(
        page_of(visit), {**TYPED, weight: "69", f"{weight}-why": "TREATMENT"}
    )

    assert visit.answers.get().reasons == {}


def test_no_value_is_kept_as_such_and_is_no_last_value(sign_in, weighed):
    visit, weight = weighed
    client = sign_in(visit.enrolment.included_by)

    client.post(page_of(visit), {**TYPED, weight: "ref"})

    assert visit.answers.get().data == {"weight": {"missing": "REFUSED"}}
    assertContains(client.get(page_of(visit)), "Refus")
    assert last_answers(visit.enrolment)[weight.removesuffix("-weight")]["weight"].value == 70


SAID = {"code": "said", "label": "En clair", "kind": "text", "required": True,
        "missing": ["REFUSED", "UNKNOWN"]}  # fmt: skip


@pytest.mark.parametrize("typed", ["ref", "Refus"])
def test_free_words_may_be_missing_too_and_the_reason_is_not_sealed(sign_in, typed):
    version = QuestionnaireVersionFactory(definition=[SAID])
    visit = VisitFactory(enrolment__indication__programme=version.questionnaire.programme)
    said = f"{version.questionnaire.code}-said"
    client = sign_in(visit.enrolment.included_by)
    assertContains(client.get(page_of(visit)), 'data-fill="Inconnu"')

    client.post(page_of(visit), {**TYPED, said: typed})

    answers = visit.answers.get()
    assert (answers.data, answers.texts_sealed) == ({"said": {"missing": "REFUSED"}}, None)
    assertContains(client.get(page_of(visit)), "Refus")
    correcting = client.get(reverse("followup:correct", args=[visit.public_id]))
    assert correcting.context["form"][said].value() == "Refus"


def test_free_words_are_sealed_as_before(sign_in):
    version = QuestionnaireVersionFactory(definition=[SAID])
    visit = VisitFactory(enrolment__indication__programme=version.questionnaire.programme)
    said = f"{version.questionnaire.code}-said"

    sign_in(visit.enrolment.included_by).post(page_of(visit), {**TYPED, said: "Refus du patient"})

    answers = visit.answers.get()
    assert answers.data == {}
    assert answers.texts_sealed


def test_a_correction_shows_the_reason_that_was_given_and_may_change_it(sign_in, weighed):
    visit, weight = weighed
    client = sign_in(visit.enrolment.included_by)
    client.post(page_of(visit), {**TYPED, weight: "60", f"{weight}-why": "TREATMENT"})
    address = reverse("followup:correct", args=[visit.public_id])

    page = client.get(address)

    assertContains(page, '<option value="TREATMENT" selected>Effet du traitement</option>')


def test_a_visit_that_is_read_tells_its_scores(sign_in):
    pain = {"code": "pain", "label": "Douleur", "kind": "number", "score": True}
    word = {"code": "w", "label": "Mot", "kind": "choice", "instrument": "VRS"}
    felt = {"code": "p", "label": "Ressenti", "kind": "choice", "instrument": "PGIC"}
    word["choices"] = [["severe", "Forte"], ["other", "Autre"]]
    felt["choices"] = [["1", "Mieux"], ["4", "Pareil"]]
    version = QuestionnaireVersionFactory(definition=[pain, word, felt])
    programme = version.questionnaire.programme
    first = AnswersFactory(
        version=version,
        data={"pain": 8, "w": "other", "p": "4"},
        visit__enrolment__indication__programme=programme,
    )
    enrolment = first.visit.enrolment
    second = VisitFactory(enrolment=enrolment, code="M3", due_on=date(2026, 6, 2), done=True)
    AnswersFactory(version=version, visit=second, data={"pain": 5, "w": "severe", "p": "1"})

    found = [(one.label, one.text) for one in scores.of(second)]

    assert found == [
        ("Douleur", "8 → 5\u202f; −38\u202f% depuis le 02/04/2026\u202f; amélioration modérée"),
        ("Mot", "Forte\u202f; degré 3 sur 4"),
        ("Ressenti", "Mieux\u202f; nettement amélioré"),
    ]
    assert [one.text for one in scores.of(first.visit)] == ["8", "Autre", "Pareil"]
    assert scores.of(VisitFactory(enrolment=enrolment, code="M6")) == []
    assertContains(sign_in(enrolment.included_by).get(page_of(second)), "amélioration modérée")
