"""Papers of the record: the list of accesses, the booklet, the paper to travel with, the sheet of
a pharmacy for the days when the registry cannot be reached.
"""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.urls import reverse

from accounts.models import Member
from core import pdf
from core.codes import IssuedCode
from patients import identity
from patients.identity import Person
from patients.models import Enrolment
from pharmacies.sheet import Sheet
from prescriptions.models import Prescription
from record import leaflets, rules
from record.journal import Access
from record.leaflets import Booklet, Travel
from vigilance.enums import Outcome, Seriousness


LABEL = "Accès au dossier"
RELIEF, RELIEF_LABEL = "relief_sheet", "Feuille de secours d’une pharmacie"
# Lines to write batches on, a medicine. No legal source: what a fraction takes.
BLANKS = range(2)


def access_list(
    enrolment: Enrolment, person: Person | None, rows: Sequence[Access], *, on: date
) -> bytes:
    """Who opened the record, day after day. Made again each time: it is no proof of right.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {"enrolment": enrolment, "person": person, "rows": rows, "made_on": on, "code": ""}
    content = pdf.render("pdf/accesses.html", context, title=LABEL)
    return pdf.sealed(content, reason="Liste des accès émise par le registre")


def patient_booklet(
    enrolment: Enrolment, person: Person | None, booklet: Booklet, *, on: date
) -> bytes:
    """The booklet of a patient, as things stand that day: made again each time, kept nowhere.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {
        "enrolment": enrolment,
        "person": person,
        "booklet": booklet,
        "made_on": on,
        "code": "",
    }
    return pdf.render("pdf/booklet.html", context, title="Carnet de suivi")


def travel_certificate(
    prescription: Prescription, person: Person, travel: Travel, *, on: date
) -> bytes:
    """A certificate ready for the authority to sign: it is worth nothing before.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {
        "prescription": prescription,
        "lines": leaflets.narcotic_lines(prescription),
        "person": person,
        "travel": travel,
        "days": rules.travel_days(travel.leaves_on, travel.returns_on),
        "authority": leaflets.authority(prescription.author.site),
        "made_on": on,
        "code": "",
    }
    return pdf.render("pdf/travel.html", context, title="Certificat de transport (préparé)")


def relief_sheet(sheet: Sheet, code: IssuedCode, *, by: Member, on: date) -> bytes:
    """What a pharmacy writes by hand meanwhile: the dispensation, and an adverse event if any.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {
        "sheet": sheet,
        "person": identity.open_one(sheet.prescription.patient),
        "by": by,
        "blanks": BLANKS,
        "serious": Seriousness.labels,
        "outcomes": Outcome.labels,
        "made_on": on,
        "code": code.short,
        "fingerprint": code.fingerprint,
        "qr": pdf.qr_svg(code.url),
        "address": settings.PUBLIC_URL + reverse("core:verify"),
    }
    content = pdf.render("pdf/relief.html", context, title="Feuille de secours")
    return pdf.sealed(content, reason="Feuille de secours émise par le registre")
