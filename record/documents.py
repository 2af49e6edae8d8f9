"""What is handed to the patient: the list of accesses, the booklet, the paper to travel with."""

from collections.abc import Sequence
from datetime import date

from core import pdf
from patients.identity import Person
from patients.models import Enrolment
from prescriptions.models import Prescription
from record import leaflets, rules
from record.journal import Access
from record.leaflets import Booklet, Travel


LABEL = "Accès au dossier"


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
