"""A nurse fills a visit in; the doctor reads, completes, decides and holds it; both are named."""

from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from core import drafts, keys
from core.models import JournalLine
from followup import preparing
from followup.models import Answers, Preparation, Visit
from followup.preparing import CannotPrepare
from tests.accounts.factories import MemberFactory
from tests.followup.factories import PreparationFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import QuestionnaireVersionFactory


NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon():
    with mock.patch("followup.views.timezone.now", return_value=NOW):
        yield


@pytest.fixture
def visit():
    visit = VisitFactory()
    QuestionnaireVersionFactory(questionnaire__programme=visit.enrolment.programme)
    return visit


@pytest.fixture
def nurse(visit):
    enrolment = visit.enrolment
    return MemberFactory(role=Role.PREPARER, site=enrolment.site, programme=enrolment.programme)


def pain(visit):
    return f"{visit.enrolment.programme.questionnaires.get().code}-pain"


def closing_of(visit):
    return reverse("record:closing", args=[visit.public_id])


def page_of(visit):
    return reverse("followup:visit", args=[visit.public_id])


def typed(visit, **changes):
    return {
        "once": "a" * 32,
        "held_on": "02/04/2026",
        "mode": "ON_SITE",
        pain(visit): "6",
        "comment": "Dort mieux",
        **changes,
    }


def test_what_a_nurse_hands_over_is_held_by_the_doctor_and_bears_both_names(
    client, sign_in, visit, nurse
):
    sign_in(nurse)
    form = client.get(page_of(visit))
    assertContains(form, "Transmettre au médecin")
    assert 'name="decision"' not in form.content.decode()
    client.post(page_of(visit), typed(visit))
    doctor = visit.enrolment.included_by
    sign_in(doctor)

    queue = client.get(reverse("record:to_sign"))
    assertContains(queue, visit.title)
    assertContains(queue, nurse.user.full_name)
    assertContains(client.get(reverse("record:patients")), "1 saisie préparée")
    read = client.get(page_of(visit))
    assertContains(read, f"Préparée par {nurse.user.full_name}")
    assertContains(read, "Dort mieux")
    held = typed(visit, decision="CONTINUE", stop_reason="", next_on="", timing_reason="")
    assert client.post(page_of(visit), held).url == closing_of(visit)

    visit.refresh_from_db()
    assert (visit.held_by, visit.prepared_by) == (doctor, nurse)
    assert Answers.objects.get().data == {"pain": 6}
    assert not Preparation.objects.exists()
    assertContains(client.get(page_of(visit)), "Préparée par")
    assertContains(client.get(reverse("record:to_sign")), "Rien n’attend")
    actions = JournalLine.objects.filter(subject=str(visit.enrolment.public_id))
    assert {"visit.prepared", "visit.held"} <= set(actions.values_list("action", flat=True))


def test_an_incomplete_entry_is_handed_over_sealed_and_without_a_decision(
    client, sign_in, visit, nurse
):
    sign_in(nurse)

    sent = typed(visit, decision="STOP", stop_reason="DEATH", comment="Mot", held_on="")
    assertRedirects(
        client.post(page_of(visit), sent),
        reverse("followup:list", args=[visit.enrolment.public_id]),
    )

    found = preparing.of(visit.enrolment, visit)
    assert b"Mot" not in bytes(found.typed_sealed)
    given = preparing.typed_of(found, visit.enrolment, visit)
    assert given["comment"] == "Mot"
    assert not {"decision", "stop_reason", "once"} & set(given)
    keys.destroy_keys([visit.enrolment.key_id])
    assert preparing.typed_of(found, visit.enrolment, visit) == {}
    assert preparing.typed_of(Preparation(), visit.enrolment, visit) == {}


def test_the_last_one_handed_over_stands_and_the_draft_of_the_nurse_goes(
    client, sign_in, visit, nurse
):
    sign_in(nurse)
    drafts.save(nurse.user_id, visit.draft_key, {"comment": "Brouillon"}, 0, at=NOW)

    client.post(page_of(visit), typed(visit, comment="Un"))
    client.post(page_of(visit), typed(visit, comment="Deux"))

    found = Preparation.objects.get()
    assert preparing.typed_of(found, visit.enrolment, visit)["comment"] == "Deux"
    assert drafts.load(nurse.user_id, visit.draft_key) is None
    assertContains(client.get(page_of(visit)), "Ce que vous transmettrez la remplacera")


def test_the_doctors_own_draft_comes_before_what_was_prepared(client, sign_in, visit, nurse):
    sign_in(nurse)
    client.post(page_of(visit), typed(visit, comment="De l’infirmière"))
    doctor = visit.enrolment.included_by
    drafts.save(doctor.user_id, visit.draft_key, {"comment": "Du médecin"}, 0, at=NOW)

    page = sign_in(doctor).get(page_of(visit))

    assertContains(page, "Du médecin")
    assert "De l’infirmière" not in page.content.decode()


def test_an_unplanned_visit_is_prepared_too(client, sign_in, visit, nurse):
    enrolment = visit.enrolment
    page = reverse("followup:unscheduled", args=[enrolment.public_id])
    sign_in(nurse)
    client.post(page, typed(visit))
    sign_in(enrolment.included_by)

    assertContains(client.get(reverse("record:to_sign")), "Consultation non programmée")
    assertContains(client.get(page), "Dort mieux")
    client.post(page, typed(visit, decision="CONTINUE", timing_reason="", next_on=""))

    held = Visit.objects.get(definition=None)
    assert held.prepared_by == nurse
    assert not Preparation.objects.exists()


def test_the_refusal_of_the_act_is_told_and_writes_nothing(client, sign_in, visit, nurse):
    sign_in(nurse)
    with mock.patch.object(preparing, "_is_planned", return_value=False):
        answer = client.post(page_of(visit), typed(visit), follow=True)

    assertContains(answer, "plus à préparer")
    assert not Preparation.objects.exists()


def hand_over(enrolment, visit, by):
    preparing.hand_over(enrolment, visit, {"comment": "Mot"}, by=by, at=NOW)


def test_a_stranger_a_doctor_a_patient_who_left_and_a_held_visit_are_refused(visit, nurse):
    enrolment = visit.enrolment
    ended = EnrolmentFactory(ended=True, site=enrolment.site)
    done = VisitFactory(enrolment=enrolment, done=True, code="M3", due_on=date(2026, 6, 2))
    stranger = MemberFactory(role=Role.PREPARER, programme=enrolment.programme)

    for where, what, who in (
        (enrolment, visit, stranger),
        (enrolment, visit, enrolment.included_by),
        (ended, None, nurse),
        (enrolment, done, nurse),
    ):
        with pytest.raises(CannotPrepare):
            hand_over(where, what, who)

    assert not Preparation.objects.exists()


def test_a_nurse_of_another_structure_finds_neither_the_visit_nor_the_patient(
    client, sign_in, visit
):
    own = EnrolmentFactory(indication__programme=visit.enrolment.programme)
    stranger = MemberFactory(role=Role.PREPARER, site=own.site, programme=own.programme)
    theirs = VisitFactory(enrolment=own)
    sign_in(stranger)

    assert client.get(page_of(theirs)).status_code == 200
    assert client.get(page_of(visit)).status_code == 404
    assert client.post(page_of(visit), {}).status_code == 404


def test_only_those_who_may_hold_see_what_waits(visit, nurse):
    PreparationFactory(enrolment=visit.enrolment, prepared_by=nurse)
    PreparationFactory()

    def seen(member):
        return [one.enrolment for one in Preparation.objects.to_hold_by(member)]

    assert seen(visit.enrolment.included_by) == [visit.enrolment]
    assert seen(nurse) == []
