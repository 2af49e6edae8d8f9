"""A paper without a code is copied as it is: what is forbidden is refused, the rest is told."""

from datetime import date, timedelta

import pytest

from core import documents, scans
from core.models import Document, JournalLine, OutgoingMail
from core.once import AnotherBody
from prescriptions import actions
from prescriptions.actions import CannotPresent, CannotTranscribe, CannotVoid
from prescriptions.enums import PaperFlag, VoidReason
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import CertificateOpening, Prescription, Presentation
from prescriptions.rules import PaperFacts, Period, paper_flags
from tests.accounts.factories import MemberFactory
from tests.pharmacies.factories import trained_pharmacist
from tests.prescriptions.copying import (
    BORN,
    ONE_DAY,
    OUTSIDE,
    a_doctor,
    a_medicine,
    a_patient,
    a_scan,
    content,
    copy,
    shown,
)
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory, entitled
from tests.prescriptions.test_presentation import issued


@pytest.fixture
def patient():
    return a_patient()


@pytest.fixture
def pharmacist(patient):
    return shown(patient)


# --- Rules -----------------------------------------------------------------------------------


def facts(**changes):
    said = {
        "written_on": date(2026, 3, 2),
        "period": Period(date(2026, 3, 2), date(2026, 3, 29), 1),
        "signed": (),
        "has_mention": False,
        "is_known": True,
        "is_entitled": True,
        "is_initiation": False,
        "is_of_structure": False,
    }
    return PaperFacts(**(said | changes))


def period(last, who):
    return Period(date(2026, 2, 1), last, who)


BOTH = [period(date(2026, 3, 2), who) for who in (1, 2)]


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, []),
        ({"signed": [period(date(2026, 3, 1), 1)]}, []),
        ({"signed": [period(date(2026, 3, 2), 1)]}, ["OVERLAP"]),
        ({"signed": [period(date(2026, 3, 2), 1)], "has_mention": True}, []),
        ({"signed": [period(date(2026, 3, 2), 2)]}, ["OTHER_OVERLAP"]),
        ({"signed": [period(date(2026, 3, 2), "10000000008")]}, ["OTHER_OVERLAP"]),
        (
            {"signed": [period(date(2026, 3, 2), who) for who in (1, 2)]},
            ["OVERLAP", "OTHER_OVERLAP"],
        ),
        ({"signed": [period(date(2026, 3, 2), 1)], "period": None}, []),
        ({"is_known": False, "is_entitled": False}, ["OUTSIDE"]),
        ({"is_entitled": False}, ["NOT_ENTITLED"]),
        ({"is_initiation": True}, ["INITIATION"]),
        ({"is_initiation": True, "is_of_structure": True}, []),
    ],
)
def test_what_a_paper_shows(changes, flags):
    assert paper_flags(facts(**changes)) == flags


# --- Found -----------------------------------------------------------------------------------


def test_the_certificate_and_the_birth_date_open_the_patient_for_a_shift(patient):
    member = trained_pharmacist(patient.programme)
    stranger = trained_pharmacist(patient.programme)

    opening = actions.open_by_certificate(patient.code, birth_date=BORN, by=member, at=WRITTEN_AT)

    def at_hand(at, who=member):
        return list(CertificateOpening.objects.at_hand(who, at))

    assert at_hand(WRITTEN_AT) == at_hand(opening.until - timedelta(seconds=1)) == [opening]
    assert at_hand(opening.until) == at_hand(WRITTEN_AT - timedelta(seconds=1)) == []
    assert at_hand(WRITTEN_AT, stranger) == []
    line = JournalLine.objects.get(action="certificate.presented")
    assert line.subject == str(patient.public_id)


def test_a_right_withdrawn_closes_the_patient_at_once(patient, pharmacist):
    pharmacist.accreditations.all().delete()

    assert not CertificateOpening.objects.at_hand(pharmacist, WRITTEN_AT).exists()


def test_every_wrong_certificate_has_one_answer(patient):
    ours = trained_pharmacist(patient.programme)
    paper = PrescriptionFactory(enrolment=patient, signed=True)
    tries = [
        {"code": "RV-0000-0000-0000-0"},
        {"code": issued(paper).short},
        {"birth_date": BORN + ONE_DAY},
        {"by": trained_pharmacist(a_patient().programme)},
        {"by": MemberFactory(programme=patient.programme)},
    ]
    said = set()
    for one in tries:
        asked = {"code": patient.code, "birth_date": BORN, "by": ours} | one
        with pytest.raises(CannotPresent) as refusal:
            actions.open_by_certificate(
                asked["code"], birth_date=asked["birth_date"], by=asked["by"], at=WRITTEN_AT
            )
        said.add(str(refusal.value))

    assert len(said) == 1
    assert not CertificateOpening.objects.exists()
    assert JournalLine.objects.filter(action="presentation.refused").count() == len(tries)


# --- Copied ----------------------------------------------------------------------------------


def test_a_paper_becomes_a_prescription_signed_on_its_own_day(patient, pharmacist):
    at = WRITTEN_AT + 2 * ONE_DAY

    copied = copy(patient, by=pharmacist, at=at)

    assert (copied.status, copied.signed_on, copied.signed_at) == (Status.SIGNED, WRITTEN_ON, at)
    assert (copied.narcotic_days, copied.is_transcribed, copied.is_initiation) == (28, True, True)
    assert (copied.prescriber, copied.prescriber_key) == (None, OUTSIDE)
    assert (copied.prescriber_name, copied.prescriber_rpps) == ("Dr Paul Petit", OUTSIDE)
    assert copied.paper_flags == ["OUTSIDE", "INITIATION"]
    assert copied.flags == [PaperFlag.OUTSIDE.label, PaperFlag.INITIATION.label]
    assert copied.answering == patient.included_by.user
    assert copied.lines.get().days == 28
    patient.refresh_from_db()
    assert patient.first_treated_on == WRITTEN_ON
    assert Presentation.objects.get().member == pharmacist


def test_its_scan_is_kept_encrypted_under_the_key_of_the_enrolment(patient, pharmacist):
    copied = copy(patient, by=pharmacist)

    kept = Document.objects.get(kind="prescription_paper")
    assert (copied.document, kept.enrolment_id, kept.key_id) == (kept, patient.pk, patient.key_id)
    assert scans.media_type(documents.read(kept)) == "image/png"
    assert b"PNG" not in bytes(kept.sealed)


def test_the_doctor_who_included_is_told_without_a_name(patient, pharmacist):
    copied = copy(patient, by=pharmacist)

    mail = OutgoingMail.objects.get(key__startswith="transcribed:")
    assert patient.number in mail.subject
    line = JournalLine.objects.get(action="prescription.transcribed")
    assert (line.subject, line.detail["flags"]) == (str(patient.public_id), copied.paper_flags)


def test_a_doctor_with_an_account_is_the_prescriber(patient, pharmacist):
    doctor = entitled(patient.included_by, patient)

    copied = copy(patient, by=pharmacist, rpps=doctor.user.rpps, prescriber_name="peu importe")

    assert (copied.prescriber, copied.paper_rpps, copied.paper_prescriber) == (doctor.user, "", "")
    assert copied.prescriber_name == doctor.user.full_name
    assert copied.prescriber_rpps == doctor.user.rpps
    assert copied.paper_flags == []


def test_a_doctor_whose_training_is_missing_is_told(patient, pharmacist):
    PrescriptionFactory(enrolment=patient, signed=True, starts_on=WRITTEN_ON, ordinary=True)
    doctor = a_doctor(patient)

    copied = copy(patient, by=pharmacist, rpps=doctor.user.rpps)

    assert copied.paper_flags == ["NOT_ENTITLED"]


def test_a_silent_overlap_is_told_not_refused(patient, pharmacist):
    signed = PrescriptionFactory(enrolment=patient, signed=True)
    later = signed.signed_on + 20 * ONE_DAY
    wanted = content(a_medicine(patient), starts_on=later)
    rpps = signed.prescriber.rpps

    copied = copy(
        patient,
        by=pharmacist,
        wanted=wanted,
        rpps=rpps,
        written_on=later,
        at=WRITTEN_AT + 20 * ONE_DAY,
    )

    assert copied.paper_flags == ["OVERLAP"]
    assert Prescription.objects.covering().filter(enrolment=patient).count() == 2


def test_an_ordinary_paper_covers_no_narcotic_period(patient, pharmacist):
    PrescriptionFactory(enrolment=patient, signed=True)
    wanted = content(a_medicine(patient, narcotic=False), days=60)

    copied = copy(patient, by=pharmacist, wanted=wanted)

    assert (copied.narcotic_days, copied.duration_days) == (None, 60)
    assert copied.paper_flags == ["OUTSIDE"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"written_on": WRITTEN_ON + ONE_DAY}, "written_on", "entre l’inclusion"),
        ({"written_on": WRITTEN_ON - ONE_DAY}, "written_on", "entre l’inclusion"),
    ],
)
def test_a_day_that_cannot_be_is_refused(patient, pharmacist, changes, field, words):
    with pytest.raises(CannotTranscribe, match=words) as refusal:
        copy(patient, by=pharmacist, **changes)

    assert refusal.value.field == field
    assert not Prescription.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("days", "starts_on", "words"),
    [
        (29, WRITTEN_ON, "limitée à 28 jours"),
        (28, WRITTEN_ON - ONE_DAY, "ne commence pas avant"),
    ],
)
def test_what_the_law_forbids_is_refused(patient, pharmacist, days, starts_on, words):
    wanted = content(a_medicine(patient), days=days, starts_on=starts_on)

    with pytest.raises(CannotTranscribe, match=words):
        copy(patient, by=pharmacist, wanted=wanted)

    assert not Prescription.objects.exists()


def test_a_file_that_is_no_paper_is_refused(patient, pharmacist):
    with pytest.raises(scans.BadScan):
        copy(patient, by=pharmacist, scan=b"<script>")

    assert not Prescription.objects.exists()


def test_the_same_paper_is_copied_once_whoever_copies_it(patient, pharmacist):
    copied = copy(patient, by=pharmacist)
    elsewhere = shown(patient)

    with pytest.raises(CannotTranscribe, match="au registre") as refusal:
        copy(patient, by=elsewhere, key="other")
    another = copy(patient, by=elsewhere, key="another", is_another=True)

    assert refusal.value.field == "is_another"
    assert str(pharmacist.site) in str(refusal.value)
    assert {one.pk for one in Prescription.objects.all()} == {copied.pk, another.pk}
    assert another.paper_flags == ["OVERLAP", "OUTSIDE"]


def test_a_paper_that_was_signed_here_is_not_copied_even_once_voided(patient, pharmacist):
    signed = PrescriptionFactory(enrolment=patient, signed=True)
    rpps = signed.prescriber.rpps
    actions.void(signed, reason=VoidReason.LOST_OR_STOLEN, by=signed.author, at=WRITTEN_AT)

    with pytest.raises(CannotTranscribe, match="déjà là, puis annulée"):
        copy(patient, by=pharmacist, rpps=rpps)

    assert Prescription.objects.get() == signed


def test_sent_twice_it_is_copied_once(patient, pharmacist):
    wanted = content(a_medicine(patient))

    first = copy(patient, by=pharmacist, wanted=wanted)
    second = copy(patient, by=pharmacist, wanted=wanted)
    with pytest.raises(AnotherBody):
        copy(patient, by=pharmacist, wanted=wanted, scan=a_scan("JPEG"))

    assert first == second == Prescription.objects.get()


# --- Copied wrongly --------------------------------------------------------------------------


def test_a_wrong_copy_is_voided_by_its_pharmacy_and_copied_again(patient, pharmacist):
    wrong = copy(patient, by=pharmacist)

    actions.void_transcription(wrong, by=pharmacist, at=WRITTEN_AT)

    wrong.refresh_from_db()
    assert (wrong.status, wrong.void_reason) == (Status.VOIDED, VoidReason.TYPING_ERROR)
    with pytest.raises(CannotVoid, match="déjà annulée"):
        actions.void_transcription(wrong, by=pharmacist, at=WRITTEN_AT)
    assert copy(patient, by=pharmacist, key="again", is_another=True).status == Status.SIGNED


def test_nobody_else_voids_a_copy_nor_once_it_was_dispensed(patient, pharmacist):
    copied = copy(patient, by=pharmacist)
    signed = PrescriptionFactory(signed=True)

    for target, by in ((copied, shown(patient)), (signed, pharmacist)):
        with pytest.raises(CannotVoid, match="Seule la pharmacie"):
            actions.void_transcription(target, by=by, at=WRITTEN_AT)
    actions.mark_dispensed(copied, at=WRITTEN_AT)
    with pytest.raises(CannotVoid, match="déjà été délivré"):
        actions.void_transcription(copied, by=pharmacist, at=WRITTEN_AT)

    copied.refresh_from_db()
    assert copied.status == Status.SIGNED
