"""The list of accesses to a record, to hand to the patient."""

from collections.abc import Sequence
from datetime import date

from core import pdf
from patients.identity import Person
from patients.models import Enrolment
from record.journal import Access


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
