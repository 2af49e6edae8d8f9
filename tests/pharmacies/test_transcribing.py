"""A prescription without a code, from the certificate to the counter."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import DirectoryProfessional
from core import drafts
from core.models import JournalLine
from pharmacies import actions, sheet
from pharmacies.enums import BrokenRule, OverrideReason
from pharmacies.models import Dispensation
from prescriptions.models import Prescription, Presentation
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.accounts.imports import ImportedFileFactory
from tests.pharmacies.factories import trained_pharmacist
from tests.pharmacies.test_views import page_of
from tests.pharmacies.test_views import typed as typed_at_the_counter
from tests.prescriptions.copying import (
    ONE_DAY,
    OUTSIDE,
    a_medicine,
    a_patient,
    a_scan,
    content,
    copy,
    shown,
)
from tests.prescriptions.factories import PrescriptionFactory, entitled
from tests.prescriptions.pages import typed


@pytest.fixture
def patient():
    return a_patient()


@pytest.fixture
def pharmacist(patient):
    return trained_pharmacist(patient.programme)


@pytest.fixture
def opened(patient, pharmacist):
    return shown(patient, pharmacist, at=timezone.now())


def page(patient):
    return reverse("pharmacies:transcribe", args=[patient.public_id])


def filled(patient, product=None, days_ago=0, **changes):
    """The whole page, for a paper written so many days ago."""
    on = timezone.localdate() - days_ago * ONE_DAY
    said = {
        "written_on": f"{on:%d/%m/%Y}",
        "rpps": OUTSIDE,
        "prescriber_name": "Dr Paul Petit",
        "paper": SimpleUploadedFile("photo.png", a_scan()),
    }
    fields = typed(product or a_medicine(patient), on) | said | changes
    return {name: value for name, value in fields.items() if value is not None}


def test_the_certificate_leads_to_the_patient(client, sign_in, patient, pharmacist):
    counter = sign_in(pharmacist).get(reverse("pharmacies:counter"))
    asked = {"code": patient.code, "birth_date": "12/05/1960"}

    response = client.post(reverse("pharmacies:certificate"), asked)
    wrong = client.post(reverse("pharmacies:certificate"), asked | {"birth_date": "13/05/1960"})

    assertContains(counter, reverse("pharmacies:certificate"))
    assertRedirects(response, page(patient))
    assertContains(client.get(page(patient)), "MARTIN")
    assertContains(wrong, "Aucune attestation ne correspond")
    assert JournalLine.objects.filter(action="certificate.read").count() == 2


def test_a_patient_whose_certificate_was_not_shown_does_not_exist(sign_in, patient, opened):
    other = trained_pharmacist(patient.programme, site=opened.site)

    assert sign_in(other).get(page(patient)).status_code == 404
    assert sign_in(other).post(page(patient), filled(patient)).status_code == 404
    assert not Prescription.objects.exists()


def test_a_paper_is_copied_then_dispensed_as_any_other(client, sign_in, patient, opened):
    """Presented on the fourth day: four days are lost, as the law says."""
    response = sign_in(opened).post(page(patient), filled(patient, days_ago=4))

    copied = Prescription.objects.get()
    assertRedirects(response, page_of(copied))
    counter = client.get(page_of(copied))
    assertContains(counter, "Transcrite d’un papier")
    assertContains(counter, "formation n’est pas vérifiée")
    client.post(page_of(copied), typed_at_the_counter(counter))
    assert Dispensation.objects.get().items.get().days == 24


def test_a_mistake_stays_beside_its_field_and_writes_nothing(sign_in, patient, opened):
    tries = [
        ({"rpps": "10000000001"}, "n’existe pas"),
        ({"rpps": opened.user.rpps}, "pas celui d’un médecin"),
        ({"rpps": patient.included_by.user.rpps}, "est celui du Dr"),
        ({"paper": SimpleUploadedFile("a.png", b"<script>")}, "PDF, JPEG et PNG"),
        ({"paper": None}, "obligatoire"),
        ({"prescriber_name": ""}, "obligatoire"),
        ({"written_on": "31/02/2026"}, "n’existe pas"),
        ({"line-0-step-0-days": "29"}, "limitée à"),
        ({"starts_on": "01/01/2026"}, "ou après"),
    ]
    client, product = sign_in(opened), a_medicine(patient)
    for changes, words in tries:
        response = client.post(page(patient), filled(patient, product, **changes))

        assertContains(response, words)
        assertContains(response, f'value="{changes.get("line-0-step-0-days", "0,5")}"')
    assert not Prescription.objects.exists()


def test_a_name_of_the_national_directory_must_be_the_one_on_the_paper(sign_in, patient, opened):
    DirectoryProfessional.objects.create(
        rpps=OUTSIDE, last_name="Durand", profession="DOCTOR", read_in=ImportedFileFactory()
    )
    client = sign_in(opened)

    wrong = client.post(page(patient), filled(patient))
    right = client.post(page(patient), filled(patient, prescriber_name="Paul DURAND"))

    assertContains(wrong, "est celui du Dr Durand")
    assert right.status_code == 302


def test_the_page_works_without_script_and_keeps_what_was_typed(sign_in, patient, opened):
    client, product = sign_in(opened), a_medicine(patient)
    key = f"transcription:{patient.public_id}"
    saved = {"prescriber_name": "Dr Anne Roux", "lines": "1", "line-0-step-0-dose": "0,7"}
    drafts.save(opened.user_id, key, saved, 0, at=timezone.now())

    resumed = client.get(page(patient))
    two = client.post(page(patient), filled(patient, product, change="add-line"))
    client.post(page(patient), filled(patient, product))

    assertContains(resumed, "Dr Anne Roux")
    assertContains(resumed, 'value="0,7"')
    assertContains(two, "line-1-product")
    assert drafts.load(opened.user_id, key) is None
    assert Prescription.objects.count() == 1


def test_a_paper_already_copied_is_opened_rather_than_copied_again(client, sign_in, patient):
    first = shown(patient, at=timezone.now())
    copied = copy(patient, by=first, **today_of(patient))
    second = shown(patient, at=timezone.now())
    client = sign_in(second)

    again = client.post(page(patient), filled(patient))
    reopened = client.post(
        reverse("pharmacies:reopen_paper", args=[patient.public_id, copied.public_id])
    )

    assertContains(again, "est au registre")
    assertContains(again, "is_another")
    assertContains(client.get(page(patient)), "Déjà transcrites")
    assertRedirects(reopened, page_of(copied))
    assert Presentation.objects.filter(member=second).count() == 1


def today_of(patient):
    today, now = timezone.localdate(), timezone.now()
    wanted = content(a_medicine(patient), starts_on=today)
    return {"wanted": wanted, "written_on": today, "at": now}


def test_the_same_form_with_another_content_is_refused(sign_in, patient, opened):
    client, product = sign_in(opened), a_medicine(patient)
    sent = filled(patient, product)
    client.post(page(patient), sent)

    changed = filled(patient, product, once=sent["once"], is_another="on")
    response = client.post(page(patient), changed | {"line-0-step-0-days": "20"})

    assertContains(response, "déjà été enregistré")
    assert Prescription.objects.count() == 1


def test_the_copy_of_the_paper_leaves_as_a_file(client, sign_in, patient, opened):
    copied = copy(patient, by=opened, **today_of(patient))
    signed = PrescriptionFactory(enrolment=patient, signed=True, has_overlap_mention=True)
    Presentation.objects.create(
        member=opened, prescription=signed, at=timezone.now(), until=timezone.now() + ONE_DAY
    )
    client = sign_in(opened)

    file = client.get(reverse("pharmacies:scan", args=[copied.public_id]))

    assert file["Content-Type"] == "image/png"
    assert "sandbox" in file["Content-Security-Policy"]
    assert client.get(reverse("pharmacies:scan", args=[signed.public_id])).status_code == 404


def test_a_wrong_copy_is_voided_from_the_counter(client, sign_in, patient, opened):
    copied = copy(patient, by=opened, **today_of(patient))
    client, address = sign_in(opened), reverse("pharmacies:void_paper", args=[copied.public_id])

    done = client.post(address)
    again = client.post(address, follow=True)

    assertRedirects(done, reverse("pharmacies:certificate"))
    assertContains(again, "déjà annulée")
    copied.refresh_from_db()
    assert copied.status == "VOIDED"


def test_the_doctor_of_the_structure_reads_it_on_the_page_of_the_patient(sign_in, patient, opened):
    copied = copy(patient, by=opened, **today_of(patient))
    doctor = sign_in(patient.included_by)
    of = [patient.public_id, copied.public_id]

    overview = doctor.get(reverse("record:patient", args=[patient.public_id]))
    detail = doctor.get(reverse("prescriptions:detail", args=of))
    rows = doctor.get(reverse("prescriptions:list", args=[patient.public_id]))
    past = doctor.get(reverse("prescriptions:history", args=[patient.public_id]))
    file = doctor.get(reverse("prescriptions:pdf", args=of))

    assertContains(overview, "Papier transcrit par la pharmacie")
    for shown_page in (detail, rows, past):
        assertContains(shown_page, "Dr Paul Petit")
    assertContains(detail, OUTSIDE)
    assertContains(detail, "Première prescription, par un médecin d’une autre structure")
    assertNotContains(detail, "Signée le")
    assert file["Content-Type"] == "image/png"


# --- Under the same rules --------------------------------------------------------------------


def overlapping(patient, opened):
    """A paper whose prescriber signed a period that still runs, without the mention."""
    today, now = timezone.localdate(), timezone.now()
    doctor = entitled(patient.included_by, patient)
    PrescriptionFactory(
        enrolment=patient, signed=True, starts_on=today - 9 * ONE_DAY,
        signed_on=today - 9 * ONE_DAY, signed_at=now - 9 * ONE_DAY,
    )  # fmt: skip
    on = today - ONE_DAY
    wanted = content(a_medicine(patient), starts_on=on)
    return copy(patient, by=opened, wanted=wanted, written_on=on, at=now, rpps=doctor.user.rpps)


def test_a_silent_overlap_is_dispensed_with_a_reason_only(client, sign_in, patient, opened):
    copied = overlapping(patient, opened)
    address = page_of(copied)
    data = typed_at_the_counter(sign_in(opened).get(address))

    silent = client.post(address, data)
    reason = {"override_reason": OverrideReason.PRESCRIBER_CALLED}
    client.post(address, data | reason)

    assertContains(silent, "Chevauchement sans mention expresse")
    assert Dispensation.objects.get().override_reason == OverrideReason.PRESCRIBER_CALLED


def test_a_silent_overlap_already_handed_over_is_told(patient, opened):
    copied = overlapping(patient, opened)
    today = timezone.localdate()
    read = sheet.read(copied, member=opened, on=today)
    pack = read.rows[0].packs[0]
    handover = actions.Handover(
        items=(actions.Given(1, pack.pk, "L1", today + ONE_DAY, 1),),
        days={1: 28},
        dispensed_on=copied.signed_on,
    )

    done = actions.record_made(
        copied,
        handover=handover,
        presented_on=copied.signed_on,
        key="late",
        by=opened,
        at=timezone.now(),
    )

    assert done.broken_rules == [BrokenRule.OVERLAP]


def test_a_word_about_a_paper_of_nobody_here_goes_to_who_included(sign_in, patient, opened):
    copied = copy(patient, by=opened, **today_of(patient))
    client = sign_in(opened)
    address = reverse("pharmacies:intervene", args=[copied.public_id])

    asked = client.get(address)

    assertContains(asked, patient.included_by.user.full_name)
    assertContains(asked, "n’a pas de compte")


# --- In a browser ----------------------------------------------------------------------------


def _fill(page, product, photo):
    today = timezone.localdate()
    page.fill("[name=rpps]", OUTSIDE)
    page.fill("[name=prescriber_name]", "Dr Paul Petit")
    page.fill("[name=written_on]", f"{today:%d/%m/%Y}")
    page.set_input_files("[name=paper]", photo)
    page.select_option("[name=line-0-product]", str(product.public_id))
    page.fill("[name=line-0-step-0-dose]", "0,5")
    page.fill("[name=line-0-step-0-intakes]", "2")
    page.fill("[name=line-0-step-0-days]", "28")
    page.fill("[name=starts_on]", f"{today:%d/%m/%Y}")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_from_the_certificate_to_the_handing_over(open_page, tmp_path):
    patient = a_patient()
    product = a_medicine(patient)
    page = open_page(width=390, member=trained_pharmacist(patient.programme))
    photo = tmp_path / "photo.png"
    photo.write_bytes(a_scan())
    page.goto(reverse("pharmacies:certificate"))
    expect_accessible(page)
    page.fill("[name=code]", patient.code)
    page.fill("[name=birth_date]", "12051960")
    with page.expect_navigation():
        page.click("text=Ouvrir le patient")
    expect_accessible(page)

    _fill(page, product, photo)
    with page.expect_navigation():
        page.click("text=Transcrire et ouvrir")
    expect_accessible(page)
    page.fill("[name=batch-1-0]", "LOT-A1")
    page.fill("[name=expires-1-0]", "06/2031")
    page.keyboard.press("Enter")

    page.wait_for_url("**/enregistree/**")
    assert Dispensation.objects.get().prescription.is_transcribed


def test_a_doctor_transcribes_nothing(sign_in, patient):
    doctor = MemberFactory(programme=patient.programme)

    assert sign_in(doctor).get(reverse("pharmacies:certificate")).status_code == 403
