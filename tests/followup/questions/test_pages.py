"""The manager writes a questionnaire from its pages: seen first, published once."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core.models import Draft
from followup import asked_impact, questionnaires
from programmes.actions import questions as actions
from programmes.enums import QuestionnaireStatus
from programmes.models import QuestionnaireVersion
from programmes.redrafted import stamp
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.followup.questions import WORD, sent
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import (
    IndicationFactory,
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
)


# Far from the day on which tests run.
FIRST = datetime.date(2099, 1, 1)
EVE = datetime.date(2098, 12, 31)


def at(name, *args):
    return reverse(f"followup:{name}", args=args)


# --- What a version changes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "planned", "perhaps"),
    [
        (datetime.date(2026, 4, 2), None, 1, 0),
        (datetime.date(2026, 4, 3), None, 0, 1),
        (datetime.date(2026, 4, 9), None, 0, 1),
        (datetime.date(2026, 4, 10), None, 0, 0),
        (datetime.date(2026, 3, 1), datetime.date(2026, 4, 2), 1, 0),
        (datetime.date(2026, 3, 1), datetime.date(2026, 4, 1), 0, 0),
    ],
)
def test_the_visits_that_will_ask_are_counted(visit, published, first, last, planned, perhaps):
    published.valid_from, published.valid_to = first, last

    found = asked_impact.of(published)

    assert (found.planned, found.perhaps) == (planned, perhaps)


def test_only_those_who_will_be_asked_are_counted(visit, published):
    enrolment = visit.enrolment
    VisitFactory(enrolment=enrolment, simple=True)
    VisitFactory(enrolment=EnrolmentFactory(indication=enrolment.indication), done=True,
                 definition=visit.definition)  # fmt: skip
    VisitFactory()
    assert asked_impact.of(published).by_code == [
        ("M1", 1), ("Consultations simples", 1),
    ]  # fmt: skip

    published.questionnaire.at_simple_visits = False
    assert asked_impact.of(published).by_code == [("M1", 1)]

    other = IndicationFactory(programme=enrolment.programme)
    published.questionnaire.indications.set([other])
    assert asked_impact.of(published).by_code == []
    published.questionnaire.indications.add(enrolment.indication)
    assert asked_impact.of(published).planned == 1


def test_an_impact_costs_the_same_for_any_number(visit, published, django_assert_num_queries):
    for _ in range(3):
        VisitFactory(
            enrolment=EnrolmentFactory(indication=visit.enrolment.indication),
            definition=visit.definition,
        )

    # indications of the questionnaire, visits by code
    with django_assert_num_queries(2):
        assert asked_impact.of(published).planned == 4


def test_old_answers_keep_their_version(published, draft, manager):
    answers = AnswersFactory(
        version=published,
        visit__enrolment__indication__programme=published.questionnaire.programme,
    )
    actions.set_facts(draft, actions.Facts("2", FIRST, "Décision"), by=manager)
    actions.withdraw_question(draft, "word", by=manager)
    renamed = draft.definition[0] | {"label": "Autrement"}
    actions.write_question(draft, renamed, seen=stamp(draft.definition[0]), by=manager)
    actions.publish_questions(draft, by=manager, at=timezone.now())

    (told,) = questionnaires.answered(answers.visit, None)

    assert told.facts == [("Intensité de la douleur", "6")]
    (part,) = questionnaires.asked(answers.visit.enrolment, "COMPLEX", FIRST)
    assert part.items[0].label == "Autrement"


# --- Pages ----------------------------------------------------------------------------------------


def test_the_list_tells_each_version(sign_in, published, draft, manager):
    questionnaire = published.questionnaire
    ended = datetime.date(2021, 1, 31)
    QuestionnaireVersionFactory(questionnaire=questionnaire, status="RETIRED")
    QuestionnaireVersionFactory(
        questionnaire=questionnaire, valid_from=ended, valid_to=ended, version="ended"
    )
    coming = QuestionnaireVersionFactory(
        questionnaire=QuestionnaireFactory(programme=questionnaire.programme),
        valid_from=FIRST,
    )
    QuestionnaireVersionFactory(questionnaire__title="Ailleurs")
    coming.questionnaire.indications.add(IndicationFactory(programme=questionnaire.programme))

    page = sign_in(manager).get(at("questionnaires"))

    for words in ("En préparation", "En vigueur", "Retirée", "Terminée", "À venir"):
        assertContains(page, words)
    assertNotContains(page, "Ailleurs")


def test_a_draft_is_begun_once_and_found_again(sign_in, published, manager):
    client = sign_in(manager)

    first = client.post(at("draft_questions", published.public_id))
    again = client.post(at("draft_questions", published.public_id))

    draft = QuestionnaireVersion.objects.get(status=QuestionnaireStatus.DRAFT)
    assert first.url == again.url == at("questions", draft.public_id)


def test_the_draft_tells_what_it_changes_and_what_is_missing(sign_in, draft, manager):
    actions.withdraw_question(draft, "pain", by=manager)

    page = sign_in(manager).get(at("questions", draft.public_id))

    assertContains(page, "<dt>Ajoutée</dt><dd>Mot</dd>", html=True)
    assertContains(page, f"{at('add_question', draft.public_id)}?reprendre=pain")
    assertContains(page, "Indiquez la source")
    again = sign_in(manager).get(f"{at('add_question', draft.public_id)}?reprendre=pain")
    assert again.context["form"]["label"].value() == "Intensité de la douleur"


def test_a_version_that_is_asked_is_read_only(sign_in, published, manager):
    page = sign_in(manager).get(at("questions", published.public_id))

    assertContains(page, "Nombre, de 0 à 10")
    assertContains(page, "Préparer une nouvelle version")
    assertNotContains(page, "Ajouter une question")


def test_a_first_version_has_nothing_before_it(sign_in, visit, manager):
    first = QuestionnaireVersionFactory(
        questionnaire__programme=visit.enrolment.programme, status="DRAFT"
    )

    assertContains(sign_in(manager).get(at("questions", first.public_id)), "Ce qui est posé")


def test_a_question_is_changed_moved_and_withdrawn(sign_in, draft, manager):
    client = sign_in(manager)
    url = at("question", draft.public_id, "word")
    form = client.get(url).context["form"]
    data = sent(form) | {"label": "Le mot", "seen": form["seen"].value()}

    assertRedirects(client.post(url, data), at("questions", draft.public_id))
    client.post(at("move_question", draft.public_id, "word"), {"vers": "haut"})
    client.post(at("withdraw_question", draft.public_id, "pain"))

    draft.refresh_from_db()
    assert [(one["code"], one["label"]) for one in draft.definition] == [("word", "Le mot")]
    stale = client.post(url, data)
    assertContains(stale, "changée ou retirée")
    assert client.get(at("question", draft.public_id, "pain")).status_code == 404


def test_a_wrong_question_is_shown_again_as_it_was_typed(sign_in, draft, manager):
    url = at("add_question", draft.public_id)

    page = sign_in(manager).post(url, {"code": "x", "label": "Combien", "kind": "choice"})

    assertContains(page, "Proposez au moins deux réponses")
    assertContains(page, 'value="Combien"')
    draft.refresh_from_db()
    assert len(draft.definition) == 2


def test_the_number_of_another_version_is_refused(sign_in, draft, published, manager):
    url = at("questions_facts", draft.public_id)
    facts = {"version": "1", "valid_from": "01/01/2099", "source": "Décision"}
    client = sign_in(manager)

    assertContains(client.post(url, facts), "déjà ce numéro")
    assertRedirects(client.post(url, facts | {"version": "2"}), at("questions", draft.public_id))
    draft.refresh_from_db()
    assert (draft.version, draft.valid_from) == ("2", FIRST)


def test_a_refusal_is_told(sign_in, draft, manager):
    client = sign_in(manager)

    page = client.post(at("publish_questions", draft.public_id), follow=True)

    assertContains(page, "Indiquez la source")
    published = draft.questionnaire.versions.get(version="1")
    assert client.get(at("questions_facts", published.public_id)).status_code == 404


def test_a_draft_is_abandoned(sign_in, draft, manager):
    answer = sign_in(manager).post(at("discard_questions", draft.public_id))

    assertRedirects(answer, at("questionnaires"))
    assert not QuestionnaireVersion.objects.filter(pk=draft.pk).exists()


def test_a_version_is_retired_from_its_page(sign_in, published, manager):
    url = at("retire_questions", published.public_id)
    client = sign_in(manager)
    assertContains(client.get(url), "Dernier jour")
    assertContains(client.post(url, {"last_day": "01/01/2020"}), "ou après")

    client.post(url, {"last_day": "01/01/2099"})

    published.refresh_from_db()
    assert published.valid_to == FIRST


def test_a_version_to_come_is_retired_at_once(sign_in, published, manager):
    coming = QuestionnaireVersionFactory(
        questionnaire=QuestionnaireFactory(programme=published.questionnaire.programme),
        valid_from=FIRST,
    )
    url = at("retire_questions", coming.public_id)
    client = sign_in(manager)
    assertContains(client.get(url), "Elle ne le sera pas")

    client.post(url)

    coming.refresh_from_db()
    assert coming.status == QuestionnaireStatus.RETIRED


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("consultation=M1&sexe=F", True),
        ("consultation=M1&sexe=M", False),
        ("consultation=&sexe=F", False),
        ("consultation=M99", True),
    ],
)
def test_the_preview_is_the_form_of_that_visit(sign_in, draft, published, manager, query, shown):
    """A question asked of women at M1; the other questionnaires of the day stand around."""
    draft.definition = [WORD, {"code": "her", "label": "Pour elle", "kind": "yes_no",
                               "sex": "F", "visits": ["M1"]}]  # fmt: skip
    draft.save()
    QuestionnaireVersionFactory(
        questionnaire__programme=published.questionnaire.programme,
        definition=[{"code": "x", "label": "À côté", "kind": "yes_no"}],
    )

    page = sign_in(manager).get(f"{at('preview_questions', draft.public_id)}?{query}")

    assertContains(page, "À côté")
    assertContains(page, "Mot")
    assertNotContains(page, "Intensité de la douleur")
    assert ("Pour elle" in page.content.decode()) == shown


def test_what_is_tried_is_judged_and_recorded_nowhere(sign_in, published, manager, visit):
    url = at("preview_questions", published.public_id)
    typed_ = {"held_on": f"{timezone.localdate():%d/%m/%Y}", "mode": "ON_SITE", "once": "essai",
              "decision": "CONTINUE"}  # fmt: skip
    client = sign_in(manager)

    assertContains(client.post(url, typed_ | {"douleur-pain": "11"}), "maximale est 10")
    assertContains(client.post(url, typed_ | {"douleur-pain": "4"}), "Rien n’est enregistré")
    visit.refresh_from_db()
    assert visit.held_on is None


def test_another_programme_is_not_found(sign_in, draft):
    stranger = QuestionnaireVersionFactory(status="DRAFT")
    theirs = MemberFactory(role=Role.MANAGER, programme=stranger.questionnaire.programme)
    client = sign_in(theirs)
    assert client.get(at("questions", stranger.public_id)).status_code == 200

    for name in ("questions", "preview_questions", "questions_facts", "add_question",
                 "retire_questions"):  # fmt: skip
        assert client.get(at(name, draft.public_id)).status_code == 404
    for name in ("draft_questions", "publish_questions", "discard_questions"):
        assert client.post(at(name, draft.public_id)).status_code == 404
    for name in ("move_question", "withdraw_question"):
        assert client.post(at(name, draft.public_id, "pain")).status_code == 404
    draft.refresh_from_db()
    assert len(draft.definition) == 2


def _add_a_question(page):
    with page.expect_navigation():
        page.click("text=Ajouter une question")
    page.fill("[name=code]", "worst_pain")
    page.fill("[name=label]", "Pire douleur")
    page.check("[name=kind][value=number]", force=True)
    expect(page.locator("[name=choices]")).to_be_hidden()
    page.fill("[name=min]", "0")
    page.fill("[name=max]", "10")
    page.select_option("[name=compare_is]", "at_least")
    page.select_option("[name=compare_with]", "pain")
    page.fill("[name=compare_source]", "Règle du registre")
    expect_accessible(page)
    # A form that is sent while its first save is on the way would leave that draft behind it.
    saved = page.locator("[data-draft-text]", has_text="Brouillon enregistré")
    expect(saved).to_be_visible(timeout=30_000)
    with page.expect_navigation():
        page.click("text=Enregistrer la question")
    expect(page.locator("text=Ce qui change depuis la version 1")).to_be_visible()
    expect_accessible(page)


def _try_it(page):
    """The rule between two questions is told while one types in either of them."""
    with page.expect_navigation():
        page.click("text=Voir comme le médecin")
    unmet = page.locator("[data-doubt-text]", has_text="Valeur attendue au moins égale à")
    page.fill("[name=douleur-pain]", "6")
    page.fill("[name=douleur-worst_pain]", "4")
    page.press("[name=douleur-worst_pain]", "Tab")
    expect(unmet).to_be_visible()
    expect_accessible(page)
    page.fill("[name=douleur-pain]", "3")
    page.press("[name=douleur-pain]", "Tab")
    expect(unmet).to_be_hidden()
    with page.expect_navigation():
        page.click("text=Revenir à la version")


def _publish_it(page):
    with page.expect_navigation():
        page.click("text=Changer le numéro, le jour ou la source")
    page.fill("[name=valid_from]", f"{FIRST:%d/%m/%Y}")
    page.fill("[name=source]", "Décision du comité")
    expect_accessible(page)
    with page.expect_navigation():
        page.click("button:has-text('Enregistrer')")
    page.set_viewport_size({"width": 390, "height": 900})
    expect_accessible(page)
    with page.expect_navigation():
        page.click("button:has-text('Publier')")
    expect(page.locator("text=La version est publiée")).to_be_visible()
    with page.expect_navigation():
        page.click("text=Retirer cette version")
    expect_accessible(page)


@pytest.mark.browser
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_from_the_version_in_force_to_the_next_one(open_page, visit, published, manager):
    page = open_page(member=manager)
    page.goto(at("questionnaires"))
    expect_accessible(page)
    with page.expect_navigation():
        page.click("table >> text=Douleur")
    with page.expect_navigation():
        page.click("text=Préparer une nouvelle version")

    _add_a_question(page)
    _try_it(page)
    _publish_it(page)

    published.refresh_from_db()
    assert published.valid_to == EVE
    assert not Draft.objects.filter(closed_at=None).exists()
