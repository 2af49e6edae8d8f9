"""A sheet printed before an outage, and what its code opens afterwards."""

import io
import re

from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from core import codes
from core.models import JournalLine, VerificationCode
from core.pdf import PdfUnavailable, intact
from record import documents
from tests.pharmacies.factories import ReceivedFactory, at_the_counter, trained_pharmacist
from tests.pharmacies.test_views import written


def printed(prescription):
    return reverse("record:relief", args=[prescription.public_id])


def test_the_sheet_tells_what_is_due_and_its_code_opens_the_prescription(sign_in):
    prescription = written(0)
    client = sign_in(at_the_counter(prescription))

    answer = client.post(printed(prescription))

    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    line = prescription.lines.get()
    (short,) = set(re.findall(r"RV-[\w-]+", text))
    for words in (prescription.enrolment.number, line.product_name, "Dû aujourd’hui", "Lot"):
        assert words in text
    assert "déjà enregistré" not in text
    assert len(pages) == 1
    assert intact(answer.content)
    opened = client.post(reverse("pharmacies:counter"), {"code": short, "birth_date": "12/05/1980"})
    assert opened.url == reverse("pharmacies:prescription", args=[prescription.public_id])
    assert JournalLine.objects.filter(action="relief.printed").count() == 1


def test_a_presentation_already_written_is_told(sign_in):
    prescription = written(3)
    by = at_the_counter(prescription)
    ReceivedFactory(prescription=prescription, recorded_by=by)

    answer = sign_in(by).post(printed(prescription))

    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    told = f"Présentée le {prescription.signed_on:%d/%m/%Y} (déjà enregistré)"
    assert told in " ".join(page.extract_text().split())


def test_whoever_checks_the_sheet_learns_no_name():
    prescription, day = written(0), timezone.localdate()
    label = "prescriptions.Prescription"

    code = codes.issue(documents.RELIEF, label, prescription.pk, day, content="x")

    told = codes.answer(code.short)
    assert (told.kind, told.names_somebody) == ("Feuille de secours d’une pharmacie", False)


def test_a_pharmacist_to_whom_it_was_not_presented_prints_nothing(sign_in):
    prescription = written(0)
    stranger = trained_pharmacist(prescription.enrolment.programme)

    assert sign_in(stranger).post(printed(prescription)).status_code == 404
    assert not VerificationCode.objects.filter(kind=documents.RELIEF).exists()


def test_without_pdf_no_code_is_issued(sign_in, monkeypatch):
    def unavailable(*_args, **_more):
        raise PdfUnavailable

    monkeypatch.setattr("core.pdf.render", unavailable)
    prescription = written(0)

    answer = sign_in(at_the_counter(prescription)).post(printed(prescription), follow=True)

    assert "bibliothèques" in answer.content.decode()
    assert not VerificationCode.objects.filter(kind=documents.RELIEF).exists()
