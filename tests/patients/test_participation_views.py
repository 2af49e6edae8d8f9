import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core.models import JournalLine
from patients.models import Enrolment
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=PersonFactory(birth_name="Martin"), relay=True)


def page_of(enrolment, name):
    return reverse(f"patients:{name}", args=[enrolment.public_id])


def test_the_page_of_the_inclusion(enrolment, sign_in, django_assert_num_queries):
    client = sign_in(enrolment.included_by)

    with (
        # session, user, device, membership; enrolment, journal; consents, proofs, channel,
        # handovers, answers, treatments, aliases, certificate and its state
        django_assert_num_queries(15),
        django_assert_num_queries(1, using="keys"),
    ):
        page = client.get(page_of(enrolment, "inclusion"))

    assertContains(page, "DUPONT Jeanne (née MARTIN)")
    assertContains(page, enrolment.number)
    assertContains(page, "Enregistrer une sortie")
    assert JournalLine.objects.filter(action="patient.viewed").count() == 1


def test_the_relay_doctor_reads_it_and_ends_nothing(enrolment, sign_in):
    client = sign_in(enrolment.relay_doctor)

    assertNotContains(client.get(page_of(enrolment, "inclusion")), "Enregistrer une sortie")
    assert client.get(page_of(enrolment, "end")).status_code == 403


def test_who_signed_for_the_patient_is_shown_to_the_structure_only(sign_in):
    enrolment = EnrolmentFactory(consent=False, relay=True, patient__person=True)
    ConsentFactory(enrolment=enrolment, person_kind="MINOR", representative="Sa tutrice")

    seen = sign_in(enrolment.included_by).get(page_of(enrolment, "inclusion"))
    hidden = sign_in(enrolment.relay_doctor).get(page_of(enrolment, "inclusion"))

    assertContains(seen, "Sa tutrice")
    assertNotContains(hidden, "Sa tutrice")


@pytest.mark.parametrize("name", ["inclusion", "certificate", "end"])
def test_the_patient_of_another_structure_does_not_exist(enrolment, sign_in, name):
    stranger = EnrolmentFactory(patient__person=True)
    client = sign_in(stranger.included_by)

    assert client.get(page_of(enrolment, name)).status_code == 404
    assert not JournalLine.objects.filter(action="patient.viewed").exists()


def test_the_certificate_is_printed_as_it_was_delivered(enrolment, sign_in):
    client = sign_in(enrolment.relay_doctor)
    made = client.post(page_of(enrolment, "issue_certificate"))

    prints = [client.get(made.url) for _ in range(2)]

    assert prints[0]["Content-Type"] == "application/pdf"
    assert prints[0].content == prints[1].content
    assert JournalLine.objects.filter(action="certificate.printed").count() == 2


def test_a_certificate_that_was_never_made_is_offered(enrolment, sign_in):
    client = sign_in(enrolment.included_by)

    response = client.get(page_of(enrolment, "certificate"), follow=True)

    assertContains(response, "Établir l’attestation")


def test_an_ended_participation_prints_no_certificate(sign_in):
    enrolment = EnrolmentFactory(ended=True, patient__person=True)
    client = sign_in(enrolment.included_by)

    assert client.get(page_of(enrolment, "certificate")).status_code == 404
    assertContains(client.get(page_of(enrolment, "inclusion")), "n’est plus valable")


def test_an_exit_then_the_end_of_weaning(enrolment, sign_in):
    client = sign_in(enrolment.included_by)
    typed_exit = {"reason": "INEFFICACY", "on": "02/04/2026", "weaning": "YES"}

    client.post(page_of(enrolment, "end"), typed_exit)
    assertContains(client.get(page_of(enrolment, "inclusion")), "Le sevrage est terminé")
    client.post(page_of(enrolment, "finish_weaning"))

    assert Enrolment.objects.get(pk=enrolment.pk).state == "ENDED"
    assert client.get(page_of(enrolment, "end")).url == page_of(enrolment, "inclusion")


def test_an_exit_refused_keeps_what_was_typed(enrolment, sign_in):
    client = sign_in(enrolment.included_by)

    page = client.post(page_of(enrolment, "end"), {"reason": "DEATH", "on": "01/03/2026"})

    assertContains(page, "ne peut pas précéder l’inclusion")
    assertContains(page, "01/03/2026")
    assert Enrolment.objects.get(pk=enrolment.pk).is_live


def test_an_erased_identity_leaves_the_number(sign_in):
    enrolment = EnrolmentFactory()
    client = sign_in(enrolment.included_by)

    assertContains(client.get(page_of(enrolment, "inclusion")), f"Patient {enrolment.number}")


def test_a_certificate_that_cannot_be_made_says_why(sign_in):
    enrolment = EnrolmentFactory()
    client = sign_in(enrolment.included_by)

    page = client.post(page_of(enrolment, "issue_certificate"), follow=True)

    assertContains(page, "n’a plus d’attestation")


def test_no_weaning_to_finish_says_so(enrolment, sign_in):
    client = sign_in(enrolment.included_by)

    page = client.post(page_of(enrolment, "finish_weaning"), follow=True)

    assertContains(page, "Aucun sevrage")
