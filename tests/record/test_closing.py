"""What a visit gives out, seen from its closing page."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import pdf
from core.models import JournalLine
from followup.actions import CannotClose
from followup.models import Dismissal, Letter, Visit
from patients.enums import EnrolmentState
from patients.models import Enrolment
from record import closing
from tests.accounts.factories import ClosureFactory, MemberFactory, SiteFactory
from tests.followup.factories import (
    AnswersFactory,
    DismissalFactory,
    LetterFactory,
    VisitFactory,
)
from tests.patients.factories import EnrolmentFactory
from tests.pharmacies.factories import DispensationFactory, NoticeFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.vigilance.factories import AdverseEventFactory


TODAY = date(2026, 4, 2)
BEFORE = datetime(2026, 3, 2, 9, tzinfo=UTC)
AFTER = datetime(2026, 4, 2, 10, 30, tzinfo=UTC)


def held(data=None, **fields):
    """M1, held on 2 April at 10, of a patient with a relay doctor and a pharmacy."""
    enrolment = EnrolmentFactory(patient__person=True)
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    pharmacy = SiteFactory(pharmacy=True, name="Pharmacie du Port")
    Enrolment.objects.filter(pk=enrolment.pk).update(relay_doctor=relay, pharmacy=pharmacy)
    enrolment.refresh_from_db()
    visit = VisitFactory(enrolment=enrolment, done=True, **fields)
    AnswersFactory(visit=visit, data=data or {"pain": 6})
    return visit


def told(visit, reader=None):
    """Title → state, words and labels of what may be done."""
    found = closing.pieces(visit, reader=reader or visit.held_by, today=TODAY)
    return {
        one.title: (one.state, one.words, [action.label for action in one.actions]) for one in found
    }


def test_everything_waits_after_a_visit():
    visit = held()

    found = told(visit)

    assert {title: state for title, (state, _, _) in found.items()} == {
        "Ordonnance": "due",
        "Avis à la pharmacie": "future",
        "Lettre au médecin relais": "due",
        "Prochain rendez-vous": "due",
    }
    assert closing.left(closing.pieces(visit, reader=visit.held_by, today=TODAY)) == 3


@pytest.mark.parametrize(
    ("decision", "label"),
    [("CONTINUE", "Préparer le renouvellement"), ("ADAPT", "Adapter la posologie")],
)
def test_the_next_prescription_follows_the_decision(decision, label):
    visit = held(decision=decision)
    PrescriptionFactory(enrolment=visit.enrolment, signed=True, created_at=BEFORE)

    (_, _, labels) = told(visit)["Ordonnance"]

    assert labels[0] == label


def test_a_first_prescription_has_nothing_to_renew():
    assert told(held())["Ordonnance"][2] == ["Prescrire"]


def test_a_prescription_prepared_waits_for_its_signature():
    visit = held()
    PrescriptionFactory(enrolment=visit.enrolment, created_at=AFTER)

    state, words, labels = told(visit)["Ordonnance"]

    assert (state, words, labels) == ("due", "Préparée, à signer.", ["Relire et signer"])


def test_once_signed_the_pharmacy_may_be_told():
    visit = held()
    signed = PrescriptionFactory(enrolment=visit.enrolment, signed=True, created_at=AFTER)

    found = told(visit)
    assert found["Ordonnance"][0] == "done"
    assert found["Avis à la pharmacie"][::2] == ("due", ["Prévenir Pharmacie du Port"])

    NoticeFactory(prescription=signed, pharmacy=visit.enrolment.pharmacy)
    assert told(visit)["Avis à la pharmacie"][0] == "done"


def test_once_dispensed_nobody_is_told_any_more():
    visit = held()
    signed = PrescriptionFactory(enrolment=visit.enrolment, signed=True, created_at=AFTER)
    type(signed).objects.filter(pk=signed.pk).update(first_dispensed_at=AFTER)

    assert told(visit)["Avis à la pharmacie"][1] == "Le médicament est déjà délivré."


def test_a_treatment_that_stops_leads_to_the_exit():
    visit = held(decision="STOP", stop_reason="INEFFICACY")

    found = told(visit)

    assert found["Sortie du programme"][2] == ["Enregistrer la sortie", "Planifier le sevrage"]
    assert not {"Ordonnance", "Avis à la pharmacie", "Prochain rendez-vous"} & set(found)

    visit.enrolment.state = EnrolmentState.ENDED
    assert told(visit)["Sortie du programme"][0] == "done"


def test_nothing_is_prescribed_to_somebody_who_left():
    visit = held()
    visit.enrolment.state = EnrolmentState.ENDED

    assert set(told(visit)) == {"Lettre au médecin relais"}


def test_an_event_is_prepared_from_the_answers():
    visit = held({"has_adverse_event": True})
    assert told(visit)["Déclaration d’effet indésirable"][0] == "due"

    AdverseEventFactory(enrolment=visit.enrolment, visit=visit)
    assert told(visit)["Déclaration d’effet indésirable"][2] == ["Ouvrir la déclaration"]


def test_a_letter_is_written_once_and_again_after_a_correction():
    visit = held()
    LetterFactory(visit=visit)
    assert told(visit)["Lettre au médecin relais"][::2] == ("done", ["Ouvrir la lettre (PDF)"])

    visit.corrected_at = datetime(2026, 4, 3, 9, tzinfo=UTC)
    state, words, labels = told(visit)["Lettre au médecin relais"]
    assert (state, len(labels)) == ("due", 2)
    assert "corrigée depuis" in words


def test_nobody_writes_to_themselves():
    visit = held()

    relay = visit.enrolment.relay_doctor
    # The same person under another role, at the structure.
    other_role = MemberFactory(user=relay.user, site=visit.enrolment.site)

    for reader in (relay, other_role):
        assert "Lettre au médecin relais" not in told(visit, reader=reader)


def test_the_next_visit_is_named():
    visit = held()
    VisitFactory(enrolment=visit.enrolment, code="M3", due_on=TODAY + timedelta(days=60))

    state, words, _ = told(visit)["Prochain rendez-vous"]

    assert (state, words) == ("done", "Consultation M3, vers le 01/06/2026.")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 6, 1), date(2026, 6, 1), "\u202f: proposez le 02/06/2026."),
        (date(2026, 5, 1), date(2026, 7, 31), " et pendant toute la fenêtre."),
    ],
)
def test_a_date_on_which_the_structure_is_closed_is_told(first, last, said):
    visit = held()
    VisitFactory(enrolment=visit.enrolment, code="M3", due_on=date(2026, 6, 1))
    ClosureFactory(site=visit.enrolment.site, starts_on=first, ends_on=last)

    _, words, _ = told(visit)["Prochain rendez-vous"]

    assert words.endswith(f"Votre structure est fermée ce jour-là{said}")


def test_a_visit_that_another_followed_prescribes_nothing_more():
    visit = held()
    later = {"held_on": TODAY, "recorded_at": AFTER, "held_by": visit.held_by}
    VisitFactory(enrolment=visit.enrolment, code="M3", due_on=TODAY, done=True, **later)

    assert set(told(visit)) == {"Lettre au médecin relais"}


def test_a_piece_set_aside_says_why_until_it_is_done():
    visit = held()
    DismissalFactory(visit=visit)
    assert told(visit)["Lettre au médecin relais"][:2] == ("missed", "Fait en dehors du registre.")

    LetterFactory(visit=visit)
    assert told(visit)["Lettre au médecin relais"][0] == "done"


def page_of(visit, name="closing", *more):
    return reverse(f"record:{name}", args=[visit.public_id, *more])


def test_the_page_has_a_constant_number_of_queries(sign_in, django_assert_max_num_queries):
    visit = held()
    signed = PrescriptionFactory(enrolment=visit.enrolment, signed=True, created_at=AFTER)
    DispensationFactory(received__prescription=signed)
    client = sign_in(visit.held_by)
    client.get(page_of(visit))

    with django_assert_max_num_queries(20):
        page = client.get(page_of(visit))

    assertContains(page, "Données de la consultation")
    assertContains(page, "1 réponse.")
    assertContains(page, "Poursuivre le traitement")


def test_a_piece_is_set_aside_from_the_page(sign_in):
    visit = held()
    client = sign_in(visit.held_by)

    refused = client.post(page_of(visit, "dismiss"), {"piece": "LETTER", "reason": ""}, follow=True)
    assertContains(refused, "Choisissez le motif")
    assert not Dismissal.objects.exists()

    answer = client.post(page_of(visit, "dismiss"), {"piece": "LETTER", "reason": "PATIENT"})
    assertRedirects(answer, page_of(visit))
    assertContains(client.get(page_of(visit)), "À la demande du patient.")


def test_why_a_piece_is_not_set_aside_is_told(sign_in):
    visit = held()
    client = sign_in(visit.held_by)
    late = CannotClose("Cette consultation n’est pas enregistrée.")

    # Somebody else changed the visit between the look and the press.
    with mock.patch("record.views.closing.actions.dismiss", side_effect=late):
        typed = {"piece": "LETTER", "reason": "PATIENT"}
        answer = client.post(page_of(visit, "dismiss"), typed, follow=True)

    assertContains(answer, str(late))
    assert not Dismissal.objects.exists()


def test_a_letter_is_written_and_opened_by_both_doctors(sign_in, client):
    visit = held()
    writer = sign_in(visit.held_by)

    answer = writer.post(page_of(visit, "write_letter"), {"once": "a" * 32})
    assertRedirects(answer, page_of(visit))
    letter = Letter.objects.get()
    address = reverse("record:letter", args=[letter.public_id])

    assert writer.get(address)["Content-Type"] == "application/pdf"
    assert sign_in(letter.addressee).get(address).content.startswith(b"%PDF")


def test_why_no_letter_is_written_is_told(sign_in):
    visit = held()
    client = sign_in(visit.held_by)

    with mock.patch("followup.documents.pdf.render", side_effect=pdf.PdfUnavailable):
        answer = client.post(page_of(visit, "write_letter"), {"once": "a" * 32}, follow=True)

    assertContains(answer, "ne peuvent pas être produits")
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("medium", "kind"),
    [("texte", "text/plain"), ("pdf", "application/pdf"), ("csv", "text/csv")],
)
def test_a_copy_leaves_and_is_journaled(sign_in, medium, kind):
    visit, other = held(), held()

    file = sign_in(visit.held_by).get(page_of(visit, "visit_copy", medium))

    assert file["Content-Type"].startswith(kind)
    line = JournalLine.objects.get(action="visit.copied")
    assert (line.detail["medium"], line.actor_id) == (medium, visit.held_by.pk)
    assert other.enrolment.number.encode() not in file.content


def test_no_other_format_is_known(sign_in):
    visit = held()

    assert sign_in(visit.held_by).get(page_of(visit, "visit_copy", "docx")).status_code == 404


def test_a_copy_that_cannot_be_printed_says_so(sign_in):
    visit = held()

    with mock.patch("followup.copies.pdf.render", side_effect=pdf.PdfUnavailable):
        answer = sign_in(visit.held_by).get(page_of(visit, "visit_copy", "pdf"), follow=True)

    assertContains(answer, "ne peuvent pas être produits")
    assert not JournalLine.objects.filter(action="visit.copied").exists()


def test_a_visit_to_come_gives_nothing_out(sign_in):
    visit = held()
    planned = VisitFactory(enrolment=visit.enrolment, code="M3", due_on=TODAY)
    client = sign_in(visit.held_by)

    for name, *more in (("closing",), ("visit_copy", "texte")):
        assert client.get(page_of(planned, name, *more)).status_code == 404
    for name in ("dismiss", "write_letter"):
        assert client.post(page_of(planned, name)).status_code == 404


def test_the_visit_leads_to_what_it_gives_out(sign_in):
    visit = held()
    address = reverse("followup:visit", args=[visit.public_id])

    assertContains(sign_in(visit.held_by).get(address), page_of(visit))
    relay = sign_in(visit.enrolment.relay_doctor).get(address)
    assertNotContains(relay, page_of(visit))
    assertContains(relay, page_of(visit, "visit_copy", "csv"))
    assert Visit.objects.get(pk=visit.pk).status == "DONE"
