from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core import keys
from followup import calendar_steps, curve, questionnaires
from followup.enums import Standing
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.programmes.factories import (
    IndicationFactory,
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
)


def test_points_are_the_scores_by_date(django_assert_num_queries):
    first = AnswersFactory(data={"pain": 8})
    enrolment = first.visit.enrolment
    # A version of which pain is no score any more.
    other = QuestionnaireVersionFactory(
        questionnaire=first.version.questionnaire,
        status="RETIRED",
        definition=[{"code": "pain", "label": "Douleur", "kind": "number"}],
    )
    m3 = VisitFactory(enrolment=enrolment, code="M3", due_on=date(2026, 6, 2), done=True)
    AnswersFactory(visit=m3, version=first.version, data={"pain": 3})
    m6 = VisitFactory(enrolment=enrolment, code="M6", due_on=date(2026, 9, 2), done=True)
    AnswersFactory(visit=m6, version=other, data={"pain": 1})
    AnswersFactory()  # a stranger's

    with django_assert_num_queries(1):
        (series,) = curve.points(enrolment)

    assert series.label == "Intensité de la douleur"
    assert series.points == [(date(2026, 4, 2), 8.0), (date(2026, 6, 2), 3.0)]
    assert (series.lowest, series.highest) == (0, 10)
    assert series.change == "−63\u202f% depuis le 02/04/2026"


def test_last_answers(django_assert_num_queries):
    first = AnswersFactory(data={"pain": 8, "weight": 60})
    m3 = VisitFactory(
        enrolment=first.visit.enrolment, code="M3", due_on=date(2026, 6, 2), done=True
    )
    AnswersFactory(visit=m3, version=first.version, data={"pain": 3})

    with django_assert_num_queries(1):
        known = questionnaires.last_answers(first.visit.enrolment)

    answers = known[first.version.questionnaire.code]
    assert (answers["pain"].value, answers["pain"].code) == (3, "M3")
    assert (answers["weight"].value, answers["weight"].held_on) == (60, date(2026, 4, 2))


def test_which_questionnaires_are_asked_does_not_depend_on_their_number(
    django_assert_num_queries,
):
    enrolment = VisitFactory().enrolment
    for position in range(5):
        QuestionnaireVersionFactory(
            questionnaire__programme=enrolment.programme, questionnaire__position=position
        )
    QuestionnaireVersionFactory()  # another programme
    others = QuestionnaireFactory(programme=enrolment.programme, position=0)
    others.indications.add(IndicationFactory(programme=enrolment.programme))
    QuestionnaireVersionFactory(questionnaire=others)
    theirs = QuestionnaireFactory(programme=enrolment.programme, position=0)
    theirs.indications.add(enrolment.indication)
    QuestionnaireVersionFactory(questionnaire=theirs)

    with django_assert_num_queries(2):
        parts = questionnaires.asked(enrolment, "COMPLEX", date(2026, 4, 2))

    assert len(parts) == 6
    assert theirs.code in {part.code for part in parts}


def test_steps_tell_where_each_visit_stands(django_assert_num_queries):
    done = VisitFactory(done=True)
    VisitFactory(enrolment=done.enrolment, code="M3", due_on=date(2026, 6, 2))
    VisitFactory(enrolment=done.enrolment, code="M6", due_on=date(2026, 9, 2))
    VisitFactory(enrolment=done.enrolment, simple=True, due_on=date(2026, 7, 1))

    with django_assert_num_queries(1):
        steps = calendar_steps.steps(done.enrolment, date(2026, 6, 20))

    found = [(step.label, step.standing, step.days_late) for step in steps]
    assert found == [
        ("M1", Standing.DONE, 0),
        ("M3", Standing.OVERDUE, 11),
        ("Simple", Standing.UPCOMING, 0),
        ("M6", Standing.UPCOMING, 0),
    ]
    assert steps[1].word == "En retard de 11\u00a0j"
    assert [bool(step.url) for step in steps] == [True, True, False, False]
    drawn = calendar_steps.timeline(done.enrolment, steps)
    assert [step.state for step in drawn] == ["done", "done", "late", "future", "future"]
    assert drawn[0].label == "M0"
    assert drawn[0].url == ""


def test_words_are_gone_once_their_key_is_destroyed(sign_in):
    answers = AnswersFactory()
    visit = answers.visit
    key = keys.open_key(visit.enrolment.key_id)
    visit.comment_sealed = questionnaires.seal_text(key, visit, "comment", "Va mieux")
    visit.save()
    client = sign_in(visit.held_by)
    address = reverse("followup:visit", args=[visit.public_id])
    assertContains(client.get(address), "Va mieux")

    keys.destroy_keys([visit.enrolment.key_id])

    response = client.get(address)
    assertNotContains(response, "Va mieux")
    assertContains(response, "Intensité de la douleur")


def test_words_moved_to_another_visit_do_not_open():
    visit, other = VisitFactory(), VisitFactory()
    key = keys.open_key(visit.enrolment.key_id)
    blob = questionnaires.seal_text(key, visit, "comment", "Va mieux")

    with pytest.raises(InvalidTag):
        questionnaires.open_text(key, other, "comment", blob)
