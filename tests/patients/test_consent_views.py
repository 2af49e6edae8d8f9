import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from core.models import JournalLine
from patients.models import Consent, ConsentProof, ContactChoice, Enrolment, Handover
from tests.patients.consent_factories import ContactChoiceFactory, HandoverFactory
from tests.patients.consenting import DRAWN, a_scan, notice, texts_of
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory
from tests.programmes.factories import ProgrammeLinkFactory


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=PersonFactory(birth_name="Martin"), relay=True)


@pytest.fixture
def doctor(enrolment, sign_in):
    return sign_in(enrolment.included_by)


def url(enrolment, name, *args):
    return reverse(f"patients:{name}", args=[enrolment.public_id, *args])


def years_ago(years, days=0):
    today = timezone.localdate()
    return datetime.date(today.year - years, today.month, min(today.day, 28)) - datetime.timedelta(
        days
    )


# --- The card ---------------------------------------------------------------------------------


def test_the_card_says_what_was_answered_and_what_is_missing(enrolment, doctor):
    ConsentFactory(enrolment=enrolment, kind="NIR", is_given=False)
    HandoverFactory(enrolment=enrolment, link__title="Carnet de suivi")
    ContactChoiceFactory(enrolment=enrolment, channel="PHONE")

    page = doctor.get(url(enrolment, "inclusion"))

    for words in ("Donné", "Refusé", "Non demandé", "Papier à numériser", "Carnet de suivi"):
        assertContains(page, words)
    assertContains(page, "par téléphone")


def test_the_relay_doctor_reads_the_state_and_no_more(enrolment, sign_in):
    page = sign_in(enrolment.relay_doctor).get(url(enrolment, "inclusion"))

    assertContains(page, "Donné")
    assertNotContains(page, "Retirer…")
    assertNotContains(page, "Numériser le papier signé")


def test_a_former_answer_stays_readable(enrolment, doctor):
    ConsentFactory(
        enrolment=enrolment, kind="NIR", is_given=False, replaced_on=enrolment.included_on
    )

    assertContains(doctor.get(url(enrolment, "inclusion")), "Réponses précédentes (1)")


# --- Signed again -----------------------------------------------------------------------------


def answered(enrolment, **changes):
    document = ProgrammeLinkFactory(programme=enrolment.programme)
    return {
        "person_kind": "ADULT",
        "document_ADULT": document.pk,
        "answer": "YES",
        "signing": "PAPER",
        "signed_on": f"{timezone.localdate():%d/%m/%Y}",
        **changes,
    }


def test_the_nir_is_authorised_later(enrolment, doctor):
    assertContains(doctor.get(url(enrolment, "consent_give", "nir")), "Réponse")

    page = doctor.post(url(enrolment, "consent_give", "nir"), answered(enrolment), follow=True)

    assertContains(page, "Numérisez maintenant le papier signé")
    assert Consent.objects.get(kind="NIR").is_given


def test_research_is_opposed_later_on_screen(enrolment, doctor):
    texts_of(enrolment.programme)
    typed = answered(enrolment, answer="NO", signing="SCREEN", signature_patient=DRAWN)

    doctor.post(url(enrolment, "consent_give", "recherche"), typed)

    consent = Consent.objects.get(kind="RESEARCH")
    assert (consent.is_given, consent.proofs.get().origin) == (False, "SCREEN")
    proof = doctor.get(url(enrolment, "consent_proof", consent.proofs.get().document_id))
    assert proof["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signed_on": ""}, "Indiquez la date de la signature"),
        ({"signed_on": "01/01/2020"}, "ou après"),
        ({"answer": ""}, "obligatoire"),
        ({"signing": "SCREEN"}, "Il manque cette signature"),
        ({"signing": "SCREEN", "signature_patient": "[[1]]"}, "pas pu être lue"),
        ({"document_ADULT": ""}, "pas en vigueur"),
        ({"person_kind": "PROTECTED_ADULT"}, "Nommez la personne qui représente"),
        ({"person_kind": "MINOR"}, "Nommez le titulaire"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(enrolment, doctor, changes, words):
    texts_of(enrolment.programme)

    page = doctor.post(url(enrolment, "consent_give", "nir"), answered(enrolment, **changes))

    assertContains(page, words)
    assert not Consent.objects.filter(kind="NIR").exists()


def test_without_a_text_nothing_is_signed_on_screen(enrolment, doctor):
    typed = answered(enrolment, signing="SCREEN", signature_patient=DRAWN)

    page = doctor.post(url(enrolment, "consent_give", "nir"), typed)

    assertContains(page, "Sélectionnez un choix valide")


def test_a_text_for_another_kind_is_not_signed(enrolment, doctor):
    texts_of(enrolment.programme)["NIR"].delete()
    typed = answered(enrolment, signing="SCREEN", signature_patient=DRAWN)

    page = doctor.post(url(enrolment, "consent_give", "nir"), typed)

    assertContains(page, "Aucun texte à signer")


def test_an_action_refused_is_told_on_the_form(enrolment, doctor):
    """The person is of age: the kind of person is wrong, which the action alone knows."""
    typed = answered(
        enrolment,
        person_kind="MINOR",
        representative="Sa mère",
        quality="PARENT",
        document_MINOR=ProgrammeLinkFactory(programme=enrolment.programme).pk,
    )

    page = doctor.post(url(enrolment, "consent_give", "nir"), typed)

    assertContains(page, "est majeure")


@pytest.mark.parametrize("kind", ["autre", "NIR"])
def test_an_unknown_kind_does_not_exist(enrolment, doctor, kind):
    assert doctor.get(url(enrolment, "consent_give", kind)).status_code == 404
    assert doctor.get(url(enrolment, "consent_withdraw", kind)).status_code == 404


# --- Papers -----------------------------------------------------------------------------------


def send(doctor, enrolment, content=None, name="scan.pdf.html"):
    file = SimpleUploadedFile(name, content or a_scan("JPEG"), content_type="text/html")
    return doctor.post(
        url(enrolment, "consent_paper"), {"kinds": ["PARTICIPATION"], "paper": file}, follow=True
    )


def test_a_paper_is_scanned_and_given_back_as_a_file(enrolment, doctor):
    assertContains(doctor.get(url(enrolment, "consent_paper")), "Papier signé")

    assertContains(send(doctor, enrolment), "est conservé, chiffré")

    answer = doctor.get(url(enrolment, "consent_proof", ConsentProof.objects.get().document_id))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    # Our own name, whatever theirs was.
    name = f'attachment; filename="consentement-{enrolment.number}.jpg"'
    assert answer["Content-Disposition"] == name
    assert JournalLine.objects.filter(action="consent.proof_read").count() == 1


@pytest.mark.parametrize(
    ("content", "words"), [(b"<script>", "PDF, JPEG et PNG"), (b"%PDF-1.7 x", "pas pu être lu")]
)
def test_a_file_that_is_no_paper_is_refused_beside_the_field(enrolment, doctor, content, words):
    assertContains(send(doctor, enrolment, content), words)
    assert not ConsentProof.objects.exists()


def test_a_request_that_is_too_big_is_refused_early(enrolment, doctor):
    answer = doctor.generic(
        "POST",
        url(enrolment, "consent_paper"),
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=5_000_000_000,
    )

    assert answer.status_code in {400, 413}


def test_the_proof_of_another_patient_does_not_exist(enrolment, doctor, sign_in):
    send(doctor, enrolment)
    document = ConsentProof.objects.get().document_id
    other = EnrolmentFactory(included_by=enrolment.included_by, programme=enrolment.programme)
    stranger = EnrolmentFactory(patient__person=True)

    assert doctor.get(url(other, "consent_proof", document)).status_code == 404
    mine = sign_in(stranger.included_by)
    assert mine.get(url(enrolment, "consent_proof", document)).status_code == 404
    assert mine.get(url(enrolment, "consent_paper")).status_code == 404


# --- Withdrawal -------------------------------------------------------------------------------


def withdraw(doctor, enrolment, kind, **changes):
    typed = {"on": f"{timezone.localdate():%d/%m/%Y}", "told": "on", "weaning": "YES", **changes}
    return doctor.post(url(enrolment, "consent_withdraw", kind), typed, follow=True)


@pytest.mark.parametrize(
    ("kind", "slug", "words"),
    [
        ("NIR", "nir", "effacé du registre aussitôt"),
        ("RESEARCH", "recherche", "aucun export fait pour une autre recherche"),
        ("PARTICIPATION", "participation", "Plus rien n’est recueilli"),
    ],
)
def test_the_effect_is_told_before(enrolment, doctor, kind, slug, words):
    if kind != "PARTICIPATION":
        ConsentFactory(enrolment=enrolment, kind=kind)

    assertContains(doctor.get(url(enrolment, "consent_withdraw", slug)), words)
    untold = withdraw(doctor, enrolment, slug, told="")
    assertContains(untold, "Expliquez ces effets")
    page = withdraw(doctor, enrolment, slug, reason="Il n’en veut plus")

    assertContains(page, "Il n’en veut plus")
    assert Consent.objects.get(kind=kind).withdrawn_on == timezone.localdate()


def test_withdrawing_the_participation_opens_weaning(enrolment, doctor):
    withdraw(doctor, enrolment, "participation")

    assert Enrolment.objects.get(pk=enrolment.pk).state == "WEANING"


def test_a_withdrawal_refused_is_told(enrolment, doctor):
    ConsentFactory(enrolment=enrolment, kind="NIR", signed_on=timezone.localdate())

    page = withdraw(doctor, enrolment, "participation", on="03/03/2026")

    assertContains(page, "signé après cette date")


def test_what_was_withdrawn_cannot_be_again(enrolment, doctor):
    assert doctor.get(url(enrolment, "consent_withdraw", "nir")).status_code == 404
    ended = EnrolmentFactory(
        ended=True,
        patient__person=True,
        included_by=enrolment.included_by,
        programme=enrolment.programme,
    )
    assert doctor.get(url(ended, "consent_withdraw", "participation")).status_code == 404


# --- Informed, and what is to do --------------------------------------------------------------


def test_a_former_patient_is_informed_by_the_channel_they_chose(sign_in):
    enrolment = EnrolmentFactory(ended=True, patient__person=True)
    new = ProgrammeLinkFactory(programme=enrolment.programme, version="v22 février 2022")
    doctor = sign_in(enrolment.included_by)
    doctor.post(url(enrolment, "choose_channel"), {"wish": "EMAIL"})
    assertContains(doctor.get(reverse("patients:consents_todo")), enrolment.number)

    page = doctor.get(url(enrolment, "inform"))
    assertContains(page, "jeanne@exemple.test")
    assertContains(page, '<option value="EMAIL" selected>')
    on = f"{timezone.localdate():%d/%m/%Y}"
    doctor.post(url(enrolment, "inform"), {"link": new.pk, "channel": "EMAIL", "on": on})

    assert Handover.objects.get().channel == "EMAIL"
    assertContains(doctor.get(url(enrolment, "inform")), "Tous les documents")
    assertNotContains(doctor.get(reverse("patients:consents_todo")), enrolment.number)


def test_a_wish_must_be_chosen(enrolment, doctor):
    page = doctor.post(url(enrolment, "choose_channel"), {}, follow=True)

    assertContains(page, "Choisissez un moyen")
    assert not ContactChoice.objects.exists()


def test_a_date_before_the_inclusion_is_told(enrolment, doctor):
    link = ProgrammeLinkFactory(programme=enrolment.programme)
    typed = {"link": link.pk, "channel": "POST", "on": "01/01/2026"}

    assertContains(doctor.post(url(enrolment, "inform"), typed), "précéder")


@pytest.mark.parametrize(
    "situation",
    [
        {"end_reason": "DEATH"},
        {"patient__identity_erased_at": timezone.now()},
        {"channel": "NONE"},
        {"given": True},
    ],
)
def test_who_is_not_to_be_informed(sign_in, situation):
    channel, given = situation.pop("channel", ""), situation.pop("given", False)
    enrolment = EnrolmentFactory(**{"ended": True, "patient__person": True, **situation})
    link = ProgrammeLinkFactory(programme=enrolment.programme)
    if channel:
        ContactChoiceFactory(enrolment=enrolment, channel=channel)
    if given:
        HandoverFactory(enrolment=enrolment, link=link)

    page = sign_in(enrolment.included_by).get(reverse("patients:consents_todo"))

    assertContains(page, "Aucun ancien patient")


@pytest.mark.parametrize(
    ("born_on", "words"),
    [
        (years_ago(18), "Majeur depuis le"),
        (years_ago(18, days=-30), "Majeur le"),
        (years_ago(18, days=-90), "Aucun patient inclus mineur"),
    ],
)
def test_majority_is_announced(sign_in, born_on, words):
    person = PersonFactory(birth_date=born_on)
    enrolment = EnrolmentFactory(
        patient__person=person, patient__birth_year=born_on.year, consent=False
    )
    ConsentFactory(enrolment=enrolment, person_kind="MINOR")
    EnrolmentFactory(patient__person=True)

    page = sign_in(enrolment.included_by).get(reverse("patients:consents_todo"))

    assertContains(page, words)
    doctor = sign_in(enrolment.included_by)
    told = "devenu majeur" in doctor.get(url(enrolment, "inclusion")).content.decode()
    assert told == (words == "Majeur depuis le")


def test_what_is_to_do_is_read_in_few_queries(sign_in, django_assert_num_queries):
    first = EnrolmentFactory(patient__person=True, recorded_at=timezone.now())
    doctor = sign_in(first.included_by)
    for _ in range(3):
        EnrolmentFactory(
            patient__person=True,
            included_by=first.included_by,
            indication=first.indication,
            recorded_at=timezone.now(),
        )
    EnrolmentFactory(patient__person=True, recorded_at=timezone.now())

    # session, user, device, membership; majority; papers, identities; former patients
    with django_assert_num_queries(8):
        page = doctor.get(reverse("patients:consents_todo"))

    assertContains(page, "Papiers signés à numériser (4)")


def test_the_notice_of_the_representative_is_offered(enrolment, doctor):
    notice(enrolment.programme)

    assertContains(doctor.get(url(enrolment, "consent_give", "participation")), "représentant")
