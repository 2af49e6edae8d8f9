"""The pages of the record: what they show, what they refuse, how many queries they cost."""

import datetime

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core.models import JournalLine
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import ProgrammeFactory
from tests.vigilance.factories import AdverseEventFactory


def patient(**fields):
    return EnrolmentFactory(patient=PatientFactory(person=PersonFactory()), **fields)


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.REFERENCE_DOCTOR, "record:patients"),
        (Role.RELAY_DOCTOR, "record:patients"),
        (Role.PHARMACIST, "pharmacies:counter"),
        (Role.ANALYST, "evaluation:dashboard"),
        (Role.VIGILANCE_OFFICER, "vigilance:list"),
        (Role.MANAGER, "evaluation:dashboard"),
    ],
)
def test_each_role_begins_its_day_somewhere(sign_in, role, home):
    response = sign_in(MemberFactory(role=role)).get("/")

    assertRedirects(response, reverse(home), fetch_redirect_response=False)


def test_a_program_has_no_home(sign_in):
    assert sign_in(MemberFactory(role=Role.API_CLIENT)).get("/").status_code == 403


def test_the_list_shows_names_of_ones_own_patients_only(sign_in):
    mine, other = patient(), patient()

    response = sign_in(mine.included_by).get(reverse("record:patients"))

    assertContains(response, mine.number)
    assertContains(response, "DUPONT Jeanne", count=1)
    assertNotContains(response, other.number)
    assertContains(response, "Inclure un patient")


def several(count):
    first = patient()
    same = {
        "indication": first.indication,
        "included_by": first.included_by,
        "site": first.site,
    }
    for _ in range(count - 1):
        patient(**same)
    return first.included_by


# session, user, otp, member, indications, counts, page, identities, training 2,
# what waits to be signed, lists under a name
@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_whatever_its_length(sign_in, django_assert_max_num_queries, count):
    client = sign_in(several(count))

    with django_assert_max_num_queries(12):
        response = client.get(reverse("record:patients"))

    assertContains(response, "DUPONT Jeanne", count=count)


def test_a_name_is_posted_and_the_only_one_found_is_opened(sign_in):
    mine = patient()

    response = sign_in(mine.included_by).post(
        reverse("record:search"), {"q": "dupont", "birth_date": "12/05/1980"}
    )

    assertRedirects(
        response, reverse("record:patient", args=[mine.public_id]), fetch_redirect_response=False
    )
    line = JournalLine.objects.get(action="patient.searched")
    assert line.detail == {"found": 1}


def test_a_search_without_answer_says_so_and_keeps_what_was_typed(sign_in):
    response = sign_in(patient().included_by).post(
        reverse("record:search"), {"q": "Inconnue", "birth_date": "99/99/9999"}
    )

    assertContains(response, 'value="Inconnue"')
    assertContains(response, "Aucun patient ne correspond")


def full_record():
    """A patient with something of everything."""
    enrolment = patient()
    visit = VisitFactory(enrolment=enrolment, done=True)
    AnswersFactory(visit=visit)
    VisitFactory(
        enrolment=enrolment,
        code="M3",
        due_on=datetime.date(2026, 6, 2),
    )
    prescription = PrescriptionFactory(signed=True, enrolment=enrolment)
    received = ReceivedFactory(prescription=prescription)
    DispensationFactory(received=received, items=True)
    AdverseEventFactory(enrolment=enrolment)
    return enrolment


def test_the_patient_page_shows_everything_at_a_glance(sign_in):
    enrolment = full_record()

    response = sign_in(enrolment.included_by).get(
        reverse("record:patient", args=[enrolment.public_id])
    )

    for words in ("DUPONT Jeanne", "Sans traitement depuis", "M1", "M3", "Signaler un effet"):
        assertContains(response, words)
    assertContains(response, enrolment.prescriptions.get().lines.get().product_name)
    assert JournalLine.objects.filter(action="patient.viewed").count() == 1


def test_the_patient_page_costs_the_same_whatever_happened(sign_in, django_assert_num_queries):
    enrolment = full_record()
    for month in range(6, 12):
        VisitFactory(enrolment=enrolment, code=f"M{month}", due_on=datetime.date(2026, month, 20))
    client = sign_in(enrolment.included_by)

    # session, user, member, enrolment, key, journal, then the nine of the overview
    with django_assert_num_queries(16):
        client.get(reverse("record:patient", args=[enrolment.public_id]))


def test_two_prescriptions_draw_the_dose_before_any_score(sign_in):
    enrolment = patient()
    for month in (3, 5):
        PrescriptionFactory(
            signed=True, enrolment=enrolment, starts_on=datetime.date(2026, month, 2)
        )

    response = sign_in(enrolment.included_by).get(
        reverse("record:patient", args=[enrolment.public_id])
    )

    assertContains(response, "Évolution des symptômes et de la dose")


def test_the_record_of_a_stranger_does_not_exist(sign_in):
    stranger, enrolment = patient().included_by, patient()

    response = sign_in(stranger).get(reverse("record:patient", args=[enrolment.public_id]))

    assert response.status_code == 404
    assert not JournalLine.objects.filter(action="patient.viewed").exists()


@pytest.mark.parametrize("name", ["accessibility", "legal", "privacy", "help"])
def test_a_site_says_what_it_is_to_anybody(client, settings, name):
    settings.SITE_CONTACT = "contact@exemple.test"

    response = client.get(reverse(f"record:{name}"))

    assertContains(response, "<h1")


def test_the_contact_is_the_deployers(client, settings):
    settings.SITE_CONTACT = "contact@exemple.test"

    assertContains(client.get(reverse("record:privacy")), "contact@exemple.test")


def test_a_renewal_that_is_due_is_one_key_and_starts_one_draft(sign_in):
    enrolment = full_record()
    client = sign_in(enrolment.included_by)
    page = client.get(reverse("record:patient", args=[enrolment.public_id]))
    signed = enrolment.prescriptions.get()
    [action] = [one for one in page.context["overview"].next_action.actions if one.once]

    answers = [client.post(action.url, {"once": action.once}) for _ in range(2)]

    assert action.url == reverse(
        "prescriptions:renew", args=[enrolment.public_id, signed.public_id]
    )
    assert enrolment.prescriptions.filter(status="DRAFT").count() == 1
    assert answers[0].url == answers[1].url


@pytest.mark.parametrize(("role", "told"), [(Role.REFERENCE_DOCTOR, 1), (Role.PREPARER, 0)])
def test_a_training_is_asked_of_whoever_may_record_one(sign_in, role, told):
    member = MemberFactory(role=role, programme=ProgrammeFactory(training_required=True))

    page = sign_in(member).get(reverse("record:patients"))

    assertContains(page, "Enregistrer ma formation", count=told)
