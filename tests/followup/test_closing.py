"""After a visit: the letter to the relay doctor, what is set aside, copies for the local record."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest import mock

import pytest
from pypdf import PdfReader

from accounts.enums import Role
from core import codes, documents, keys, pdf
from core.models import Document, JournalLine, VerificationCode
from followup import actions, copies, telling
from followup.actions import CannotClose
from followup.documents import letter_state, treatment
from followup.enums import DismissalReason, Piece, VisitStatus
from followup.models import Dismissal, Letter, Visit
from followup.questionnaires import seal_text
from patients import identity
from patients.models import Enrolment, Identity
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import DoseStepFactory, LineFactory, PrescriptionFactory


AT = datetime(2026, 4, 2, 11, tzinfo=UTC)
KEY = "a" * 32


def followed(**fields):
    """A patient of a structure who chose a relay doctor."""
    enrolment = EnrolmentFactory(patient__person=True, **fields)
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    Enrolment.objects.filter(pk=enrolment.pk).update(relay_doctor=relay)
    enrolment.refresh_from_db()
    return enrolment


@pytest.fixture
def visit():
    """M1, held, of a patient who has a relay doctor and a name."""
    held = AnswersFactory(visit__enrolment=followed()).visit
    key = keys.open_key(held.enrolment.key_id)
    held.comment_sealed = seal_text(key, held, "comment", "Dort mieux.\nÀ revoir.")
    held.save()
    return held


def words_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_letter_tells_the_visit_to_the_relay_doctor(visit):
    prescription = PrescriptionFactory(enrolment=visit.enrolment, signed=True)

    letter = actions.write_letter(visit, by=visit.held_by, at=AT, key=KEY)

    content = documents.read(Document.objects.get(public_id=letter.paper))
    words = words_of(content)
    assert pdf.intact(content)
    assert letter.addressee == visit.enrolment.relay_doctor
    for told in (
        letter.addressee.user.full_name,
        visit.enrolment.number,
        "Intensité de la douleur",
        "Dort mieux.",
        "Poursuivre le traitement",
        prescription.lines.get().product_name,
    ):
        assert told in words.replace("\n", " ") or told in words
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert JournalLine.objects.filter(action="visit.letter_written").count() == 1


def test_the_code_of_a_letter_answers_to_anybody(visit):
    with mock.patch("followup.documents.codes.issue", wraps=codes.issue) as issue:
        actions.write_letter(visit, by=visit.held_by, at=AT, key=KEY)

    assert issue.call_args.args[:2] == ("visit_letter", "followup.Visit")
    record = VerificationCode.objects.get(kind="visit_letter")
    assert record.document_sha256 is not None
    assert letter_state(visit.pk) == "Émise"
    Visit.objects.filter(pk=visit.pk).update(
        corrected_at=AT + timedelta(hours=1), correction_reason="TYPING_ERROR"
    )
    assert "corrigée depuis" in letter_state(visit.pk)


def test_a_visit_without_a_letter_has_no_state(visit):
    assert letter_state(visit.pk) is None
    assert letter_state(visit.pk + 1) is None


def test_the_same_form_sent_twice_is_one_letter(visit):
    first = actions.write_letter(visit, by=visit.held_by, at=AT, key=KEY)

    again = actions.write_letter(visit, by=visit.held_by, at=AT, key=KEY)

    assert again == first
    assert Letter.objects.count() == 1


def _nobody_chosen(visit):
    Enrolment.objects.filter(pk=visit.enrolment_id).update(relay_doctor=None)
    return visit.held_by


def _by_the_relay_doctor(visit):
    Visit.objects.filter(pk=visit.pk).update(kind="SIMPLE", definition=None)
    return visit.enrolment.relay_doctor


def _by_a_stranger(visit):
    return MemberFactory(programme=visit.enrolment.programme)


def _by_the_same_person(visit):
    """The relay doctor under another role, at the structure."""
    relay, enrolment = visit.enrolment.relay_doctor, visit.enrolment
    return MemberFactory(user=relay.user, site=enrolment.site, programme=enrolment.programme)


def _not_held(visit):
    by = visit.held_by
    held = {"held_on": None, "held_by": None, "recorded_at": None, "decision": ""}
    Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.CLOSED, **held)
    return by


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (_nobody_chosen, "n’a pas désigné"),
        (_by_the_relay_doctor, "Vous êtes le médecin relais"),
        (_by_the_same_person, "Vous êtes le médecin relais"),
        (_by_a_stranger, "n’est pas suivi par vous"),
        (_not_held, "n’est pas enregistrée"),
    ],
)
def test_no_letter_is_written(visit, given, message):
    by = given(visit)

    with pytest.raises(CannotClose, match=message):
        actions.write_letter(visit, by=by, at=AT, key=KEY)

    assert not Letter.objects.exists()
    assert not VerificationCode.objects.exists()


def test_without_the_library_of_pdfs_nothing_is_written(visit):
    with (
        mock.patch("followup.documents.pdf.render", side_effect=pdf.PdfUnavailable),
        pytest.raises(pdf.PdfUnavailable),
    ):
        actions.write_letter(visit, by=visit.held_by, at=AT, key=KEY)

    assert not Letter.objects.exists()
    assert not VerificationCode.objects.exists()


def test_a_patient_without_prescription_has_no_treatment_to_tell(visit):
    assert treatment(visit) == []


def test_the_letter_tells_everything_that_runs_as_it_is_taken(visit):
    """A year of oil and a narcotic as needed beside it, not the last to end alone."""
    fields = {"enrolment": visit.enrolment, "author": visit.held_by, "starts_on": visit.held_on}
    PrescriptionFactory(signed=True, ordinary=True, duration_days=360, **fields)
    narcotic = PrescriptionFactory(lines=False, **fields)
    line = LineFactory(prescription=narcotic, steps=False)
    DoseStepFactory(line=line, dose=Decimal("0.1"), intakes_per_day=4, as_needed=True)
    Prescription.objects.filter(pk=narcotic.pk).update(
        status="SIGNED", signed_at=AT, signed_on=visit.held_on
    )

    told = " ".join(treatment(visit))

    assert "0,5\u00a0mL × 2 par jour, 360 jours" in told
    assert "0,1\u00a0mL si besoin, au plus 4 par jour (0,4\u00a0mL), 28 jours" in told


def test_a_piece_is_set_aside_once_with_its_reason(visit):
    first = actions.dismiss(visit, Piece.LETTER, DismissalReason.ELSEWHERE, by=visit.held_by, at=AT)

    again = actions.dismiss(visit, Piece.LETTER, DismissalReason.LATER, by=visit.held_by, at=AT)

    assert again == first
    assert Dismissal.objects.get().reason == "ELSEWHERE"
    line = JournalLine.objects.get(action="visit.piece_dismissed")
    assert line.detail["piece"] == "LETTER"


@pytest.mark.parametrize("given", [_not_held, _by_a_stranger])
def test_what_is_not_theirs_to_close_is_not_set_aside(visit, given):
    by = given(visit)

    with pytest.raises(CannotClose):
        actions.dismiss(visit, Piece.LETTER, DismissalReason.LATER, by=by, at=AT)

    assert not Dismissal.objects.exists()


# --- Copies ----------------------------------------------------------------------------------


def loaded(visit):
    """The visit and whose it is."""
    return visit, identity.open_one(visit.enrolment.patient)


def test_a_copy_in_words_is_read_by_any_record(visit):
    text = copies.make("texte", *loaded(visit)).decode("utf-8-sig")

    person = identity.open_one(visit.enrolment.patient)
    assert "\r\n" in text
    assert max(map(len, text.split("\r\n"))) <= copies.WIDTH
    for told in (person.full_name, visit.enrolment.number, "À revoir."):
        assert told in text
    assert "Intensité de la douleur\u202f: 6" in text


def test_a_copy_in_cells_is_harmless(visit):
    key = keys.open_key(visit.enrolment.key_id)
    visit.comment_sealed = seal_text(key, visit, "comment", "=HYPERLINK(1)")

    table = copies.make("csv", *loaded(visit)).decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert rows[0] == list(copies.HEADINGS)
    assert ["Suite du traitement", "Commentaire", "'=HYPERLINK(1)"] in rows


def test_a_copy_to_print_is_sealed_and_tagged(visit):
    content = copies.make("pdf", *loaded(visit))

    assert pdf.intact(content)
    assert visit.enrolment.number in words_of(content)


def test_once_the_identity_is_erased_a_copy_has_the_number_alone(visit):
    Identity.objects.all().delete()

    told = telling.whose(visit, None)

    assert told[0] == ("Numéro d’inclusion", visit.enrolment.number)
    assert all(label != "Nom" for label, _ in told)


def test_everything_that_was_said_is_told(visit):
    visit.timing, visit.timing_reason = "LATE", "OTHER"
    visit.decision, visit.stop_reason = "STOP", "INEFFICACY"
    visit.next_on, visit.corrected_at = date(2026, 5, 2), AT
    visit.correction_reason = "TYPING_ERROR"

    told = [fact for part in telling.parts(visit) for fact in part.facts]

    for fact in (
        ("Motif de l’écart de date", "Autre"),
        ("Corrigée", "Erreur de saisie"),
        ("Motif de l’arrêt", "Inefficacité"),
        ("Prochaine consultation", "02/05/2026"),
    ):
        assert fact in told


def test_a_visit_planned_tells_neither_day_nor_doctor():
    told = [fact for part in telling.parts(VisitFactory()) for fact in part.facts]

    assert {label for label, _ in told} & {"Date", "Par"} == set()
