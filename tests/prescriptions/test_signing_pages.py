from datetime import timedelta
from uuid import uuid4

from pytest_django.asserts import assertContains, assertRedirects

from core.models import JournalLine
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.prescriptions.factories import PrescriptionFactory
from tests.prescriptions.pages import address, hidden, typed


# --- Signing ---------------------------------------------------------------------------------


def to_sign(doctor, today):
    draft = PrescriptionFactory(enrolment=doctor.enrolment, author=doctor.member, starts_on=today)
    page = doctor.get(address("detail", doctor.enrolment, draft))
    fields = {name: hidden(page, name) for name in ("once", "shown")}
    return draft, page, fields | {"secret": "123456", "reason": ""}


def test_the_review_says_the_letters_and_the_signature_freezes(doctor, today, signature):
    draft, page, fields = to_sign(doctor, today)
    assertContains(page, "Zéro virgule cinq millilitre par prise, deux fois par jour")

    answer = doctor.post(address("sign", doctor.enrolment, draft), fields)

    assertRedirects(answer, address("detail", doctor.enrolment, draft))
    draft.refresh_from_db()
    assert draft.status == Status.SIGNED
    document = doctor.get(address("pdf", doctor.enrolment, draft))
    assert document.content[:5] == b"%PDF-"
    assert JournalLine.objects.filter(action="prescription.read").count() == 1
    again = doctor.post(address("sign", doctor.enrolment, draft), fields)
    assertRedirects(again, address("detail", doctor.enrolment, draft))


def test_without_proof_nothing_is_signed(doctor, today):
    draft, _, fields = to_sign(doctor, today)

    page = doctor.post(address("sign", doctor.enrolment, draft), fields)

    assertContains(page, "n’est pas accepté", status_code=422)
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_a_page_read_before_a_change_signs_nothing(doctor, medicine, today, signature):
    draft, _, fields = to_sign(doctor, today)
    doctor.post(
        address("edit", doctor.enrolment, draft),
        typed(medicine, today, **{"line-0-step-0-days": "14"}),
    )

    page = doctor.post(address("sign", doctor.enrolment, draft), fields)

    assertContains(page, "modifiée depuis", status_code=422)
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    fields |= {name: hidden(page, name) for name in ("once", "shown")}
    doctor.post(address("sign", doctor.enrolment, draft), fields)
    draft.refresh_from_db()
    assert draft.status == Status.SIGNED


def test_a_reason_is_asked_before_the_secret(doctor, today, signature):
    doctor.enrolment.indication.thc_discouraged = True
    doctor.enrolment.indication.save()
    draft, page, fields = to_sign(doctor, today)
    assertContains(page, "déconseillé dans cette indication")

    refused = doctor.post(address("sign", doctor.enrolment, draft), fields)
    assertContains(refused, "obligatoire", status_code=422)

    doctor.post(address("sign", doctor.enrolment, draft), fields | {"reason": "Échec du CBD"})
    draft.refresh_from_db()
    assert draft.status == Status.SIGNED


def test_the_mention_is_accepted_with_one_key(doctor, today, signature):
    first, _, fields = to_sign(doctor, today)
    doctor.post(address("sign", doctor.enrolment, first), fields)
    doctor.post(address("renew", doctor.enrolment, first), {"once": str(uuid4())})
    renewal = Prescription.objects.get(status=Status.DRAFT)
    first.refresh_from_db()
    assert renewal.starts_on == first.ends_on + timedelta(days=1)
    review = address("detail", doctor.enrolment, renewal)
    assertContains(doctor.get(review), "Porter la mention de chevauchement")

    doctor.post(address("mention", doctor.enrolment, renewal))

    assertContains(doctor.get(review), "Mention expresse de chevauchement portée")


def test_void_from_its_page(doctor, today, signature):
    draft, _, fields = to_sign(doctor, today)
    doctor.post(address("sign", doctor.enrolment, draft), fields)
    page = address("void", doctor.enrolment, draft)
    assertContains(doctor.post(page, {}), "obligatoire")

    doctor.post(page, {"reason": "LOST_OR_STOLEN"})

    draft.refresh_from_db()
    assert draft.status == Status.VOIDED
    assertContains(
        doctor.get(address("detail", doctor.enrolment, draft)), "Ordonnance perdue ou volée"
    )


def test_replace_leads_to_a_copy_to_change(doctor, today, signature):
    draft, _, fields = to_sign(doctor, today)
    doctor.post(address("sign", doctor.enrolment, draft), fields)

    answer = doctor.post(address("replace", doctor.enrolment, draft), {"once": str(uuid4())})

    copy = Prescription.objects.get(replaces=draft)
    assertRedirects(answer, address("edit", doctor.enrolment, copy))


def test_a_prescription_without_document_is_printed_on_demand(doctor, today):
    signed = PrescriptionFactory(enrolment=doctor.enrolment, signed=True)
    page = address("detail", doctor.enrolment, signed)
    assertContains(doctor.get(page), "Produire le document")
    assert doctor.get(address("pdf", doctor.enrolment, signed)).status_code == 404

    doctor.post(address("print", doctor.enrolment, signed))

    assertContains(doctor.get(page), "Document PDF")
