from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import drafts
from followup import drafting
from followup.enums import Decision, VisitStatus
from followup.models import Answers, Visit
from patients.models import Consent, Enrolment
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.followup.pages import NOW, TYPED, page_of
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import AccreditationFactory, QuestionnaireVersionFactory


pytestmark = pytest.mark.usefixtures("at_noon")


def closing_of(visit):
    return reverse("record:closing", args=[visit.public_id])


def visit_with_pain(**fields):
    """A planned visit that asks for pain; the name of the field."""
    visit = VisitFactory(**fields)
    version = QuestionnaireVersionFactory(questionnaire__programme=visit.enrolment.programme)
    return visit, f"{version.questionnaire.code}-pain"


def test_the_form_asks_the_questionnaires_of_the_visit(sign_in):
    visit, pain = visit_with_pain()

    response = sign_in(visit.enrolment.included_by).get(page_of(visit))

    assertContains(response, "Intensité de la douleur")
    assertContains(response, f'name="{pain}"')
    assertContains(response, f"/brouillons/visit:{visit.public_id}")
    assertContains(response, 'value="02/04/2026"')
    assertNotContains(response, "Dernière fois")


def test_the_last_answers_stand_beside(sign_in):
    first = AnswersFactory(data={"pain": 8})
    visit = VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=date(2026, 6, 2))

    response = sign_in(visit.enrolment.included_by).get(page_of(visit))

    assertContains(response, "Dernière fois")
    assertContains(response, "<strong>8</strong>", html=True)
    assertContains(response, "M1, 02/04/2026")


def test_a_visit_is_recorded_and_read(sign_in):
    visit, pain = visit_with_pain()
    client = sign_in(visit.enrolment.included_by)

    response = client.post(page_of(visit), {**TYPED, pain: "6", "comment": "Va mieux"})

    assertRedirects(response, closing_of(visit))
    assert Answers.objects.get().data == {"pain": 6}
    response = client.get(page_of(visit))
    assertContains(response, "Va mieux")
    assertContains(response, "Intensité de la douleur")
    assertContains(response, "Dans la fenêtre")


def test_a_wrong_answer_is_told_beside_it_and_what_was_typed_stays(sign_in):
    visit, pain = visit_with_pain()
    client = sign_in(visit.enrolment.included_by)

    response = client.post(page_of(visit), {**TYPED, pain: "12", "comment": "À garder"})

    assertContains(response, "La valeur maximale est 10.")
    assertContains(response, 'value="12"')
    assertContains(response, "À garder")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED
    assert not Answers.objects.exists()


def test_what_was_refused_is_a_draft(sign_in):
    visit, pain = visit_with_pain()
    client = sign_in(visit.enrolment.included_by)
    client.post(page_of(visit), {**TYPED, "held_on": "31/02/26", pain: "douze", "comment": "Gardé"})

    response = client.get(page_of(visit))

    assertContains(response, "est repris")
    for typed in ("31/02/26", "douze", "Gardé", 'data-version="1"'):
        assertContains(response, typed)


def test_the_draft_the_page_saved_is_given_back_then_emptied(sign_in):
    visit, pain = visit_with_pain()
    doctor = visit.enrolment.included_by
    client = sign_in(doctor)
    saved = {"version": 0, "data": {"comment": "À demi", pain: "5", "decision": "ADAPT"}}
    answer = client.post(
        reverse("core:draft", args=[visit.draft_key]), saved, content_type="application/json"
    )
    assert answer.json()["version"] == 1

    response = client.get(page_of(visit))
    assertContains(response, "À demi")
    assertContains(response, 'value="ADAPT" checked')

    client.post(page_of(visit), {**TYPED, pain: "5"})
    assert drafts.load(doctor.user_id, visit.draft_key) is None


def test_a_colleague_does_not_see_the_draft(sign_in):
    visit, _ = visit_with_pain()
    drafts.save(
        visit.enrolment.included_by.user_id, visit.draft_key, {"comment": "À moi"}, 0, at=NOW
    )
    colleague = MemberFactory(site=visit.enrolment.site, programme=visit.enrolment.programme)

    response = sign_in(colleague).get(page_of(visit))

    assertNotContains(response, "À moi")


def test_the_same_form_sent_twice_goes_to_the_visit(sign_in):
    visit, pain = visit_with_pain()
    client = sign_in(visit.enrolment.included_by)

    for _ in range(2):
        response = client.post(page_of(visit), {**TYPED, pain: "6"})
        assert response.status_code == 302

    assert Answers.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"held_on": "03/04/2026"}, "le 02/04/2026 ou avant"),
        ({"held_on": "01/03/2026"}, "le 02/03/2026 ou après"),
        ({"held_on": "25/03/2026"}, "Avant la fenêtre, qui s’ouvre le 26/03/2026"),
        ({"held_on": "25/03/2026x"}, "JJ/MM/AAAA"),
        ({"decision": "STOP"}, "Indiquez le motif de l’arrêt."),
        ({"decision": ""}, "Ce champ est obligatoire."),
        ({"next_on": "02/04/2026"}, "La prochaine consultation vient après celle-ci."),
        ({"once": ""}, "Ce champ est obligatoire."),
    ],
)
def test_what_is_wrong_is_told(sign_in, change, message):
    visit = VisitFactory()

    response = sign_in(visit.enrolment.included_by).post(page_of(visit), {**TYPED, **change})

    assertContains(response, message)
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


@pytest.mark.parametrize("decision", Decision.values)
def test_whatever_is_decided_the_visit_is_closed_on_one_page(sign_in, decision):
    visit = VisitFactory()
    typed = {**TYPED, "decision": decision}
    if decision == Decision.STOP:
        typed["stop_reason"] = "INEFFICACY"

    response = sign_in(visit.enrolment.included_by).post(page_of(visit), typed)

    assertRedirects(response, closing_of(visit))


def test_recording_a_visit_costs_few_queries(sign_in, django_assert_max_num_queries):
    visit, pain = visit_with_pain()
    client = sign_in(visit.enrolment.included_by)
    client.get(page_of(visit))

    # 36 before unusual answers were looked at, which reads the last ones: one query more.
    # One more: the link by which the patient may have answered.
    with django_assert_max_num_queries(38):
        client.post(page_of(visit), {**TYPED, pain: "6"})


def test_a_relay_doctor_reads_a_complex_visit_and_holds_nothing(sign_in):
    visit, pain = visit_with_pain()
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=visit.enrolment.programme)
    visit.enrolment.relay_doctor = relay
    visit.enrolment.save()
    client = sign_in(relay)

    assertContains(client.get(page_of(visit)), "tenue par un médecin de la structure")
    client.post(page_of(visit), {**TYPED, pain: "6"})

    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_a_relay_doctor_records_an_unscheduled_visit(sign_in):
    enrolment = EnrolmentFactory(included_on=date(2022, 3, 2))  # long after M30
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    enrolment.relay_doctor = relay
    enrolment.save()
    address = reverse("followup:unscheduled", args=[enrolment.public_id])
    client = sign_in(relay)

    assertContains(client.get(address), "Consultation non programmée")
    response = client.post(address, TYPED)

    visit = Visit.objects.get()
    assertRedirects(response, closing_of(visit))
    assert (visit.timing, visit.held_by) == ("UNSCHEDULED", relay)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.REFERENCE_DOCTOR, 404),
        (Role.RELAY_DOCTOR, 404),
        (Role.PHARMACIST, 403),
        (Role.ANALYST, 403),
        (Role.VIGILANCE_OFFICER, 403),
        (Role.MANAGER, 403),
    ],
)
@pytest.mark.parametrize("name", ["visit", "unscheduled", "list"])
def test_strangers_reach_no_page(sign_in, role, status, name):
    visit = VisitFactory()
    stranger = MemberFactory(role=role, programme=visit.enrolment.programme)
    own = {"included_by": stranger} if role == Role.REFERENCE_DOCTOR else {}
    VisitFactory(enrolment=EnrolmentFactory(indication=visit.enrolment.indication, **own))
    target = visit.public_id if name == "visit" else visit.enrolment.public_id

    response = sign_in(stranger).get(reverse(f"followup:{name}", args=[target]))

    assert response.status_code == status


def test_the_list_has_a_constant_number_of_queries(sign_in, django_assert_num_queries):
    done = VisitFactory(done=True)
    client = sign_in(done.enrolment.included_by)
    address = reverse("followup:list", args=[done.enrolment.public_id])
    client.get(address)  # the first page of a session renews it

    for days in range(1, 4):
        # Session, user, device, member, enrolment, journal, visits, closures.
        with django_assert_num_queries(8):
            response = client.get(address)
        VisitFactory(
            enrolment=done.enrolment,
            code=f"N{days}",
            due_on=date(2026, 5, 2) + timedelta(days=days),
            done=bool(days % 2),
        )

    for words in ("M0", "Consultation M1", "Consultation N2", "À venir"):
        assertContains(response, words)


def test_a_visit_that_did_not_take_place(sign_in):
    visit = VisitFactory()
    client = sign_in(visit.enrolment.included_by)
    address = reverse("followup:not_done", args=[visit.public_id])

    refused = client.post(address, {"reason": "SUPERSEDED"}, follow=True)
    assertContains(refused, "Choisissez le motif")
    client.post(address, {"reason": "PATIENT_ABSENT"})

    visit.refresh_from_db()
    assert visit.status == VisitStatus.NOT_DONE
    assertContains(client.get(page_of(visit)), "Patient absent")


@pytest.mark.parametrize(("due_on", "asks"), [(date(2026, 4, 2), False), (date(2026, 3, 25), True)])
def test_the_reason_of_a_gap_is_asked_only_when_there_is_one(sign_in, due_on, asks):
    visit = VisitFactory(due_on=due_on)

    response = sign_in(visit.enrolment.included_by).get(page_of(visit))

    shown = assertContains if asks else assertNotContains
    shown(response, "Motif de l’écart de date")


def test_a_visit_whose_window_is_to_come_is_not_missed_yet(sign_in):
    visit = VisitFactory(due_on=date(2026, 4, 20))
    address = reverse("followup:not_done", args=[visit.public_id])

    response = sign_in(visit.enrolment.included_by).post(
        address, {"reason": "PATIENT_ABSENT"}, follow=True
    )

    assertContains(response, "Sa fenêtre ne s’ouvre que le 13/04/2026")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_what_the_action_refuses_is_told_on_the_page(sign_in):
    visit = VisitFactory()
    Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=date(2026, 4, 1))

    response = sign_in(visit.enrolment.included_by).post(page_of(visit), TYPED)

    assertContains(response, "retiré son consentement")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_the_same_form_with_other_content_is_told_so(sign_in):
    first, second = VisitFactory(), VisitFactory()
    doctor = first.enrolment.included_by
    Enrolment.objects.filter(pk=second.enrolment_id).update(site=doctor.site)
    AccreditationFactory(member=doctor, programme=second.enrolment.programme)
    client = sign_in(doctor)
    client.post(page_of(first), TYPED)

    response = client.post(page_of(second), TYPED)

    assertContains(response, "a déjà été enregistré avec un autre contenu")
    second.refresh_from_db()
    assert second.status == VisitStatus.PLANNED


@pytest.mark.parametrize(
    ("key", "seconds"),
    [
        pytest.param(f"{int(NOW.timestamp()) - 90:x}-{'a' * 32}", 90, id="opened 90 s before"),
        pytest.param("a" * 32, None, id="a key that says nothing"),
        pytest.param("zz-a", None, id="not a number"),
        pytest.param(f"{'f' * 20}-a", None, id="beyond any date"),
    ],
)
def test_how_long_the_form_took_is_kept(sign_in, key, seconds):
    visit, pain = visit_with_pain()

    sign_in(visit.enrolment.included_by).post(page_of(visit), {**TYPED, "once": key, pain: "6"})

    assert Visit.objects.get(pk=visit.pk).entry_seconds == seconds


def test_the_form_itself_says_when_it_was_opened(sign_in):
    visit, _ = visit_with_pain()

    page = sign_in(visit.enrolment.included_by).get(page_of(visit))

    assert drafting.begun_at(page.context["typing"].initial["once"]) is not None
