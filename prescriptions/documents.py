"""The prescription on paper, and what its code answers."""

from django.db.models import DateField
from django.db.models.functions import Cast, Now

from core import pdf as press
from core.codes import IssuedCode
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from prescriptions.sheet import sheet


KIND = "prescription"


def pdf(prescription: Prescription, code: IssuedCode) -> bytes:
    """Return the signed prescription as a sealed PDF, laid out for protected paper if narcotic.

    :raises core.pdf.PdfUnavailable: Pango is missing on this server
    """
    assert prescription.signed_on is not None  # noqa: S101 - a check constraint says it
    content = sheet(prescription, on=prescription.signed_on)
    context = {"sheet": content, "code": code, "qr": press.qr_svg(code.url)}
    printed = press.render("pdf/prescription.html", context, title="Ordonnance")
    return press.sealed(printed, reason="Ordonnance émise par le registre ReCann")


def public_state(target_id: int) -> str | None:
    """What anybody who holds the paper may know; None for a prescription that is not there."""
    row = (
        Prescription.objects.annotate(today=Cast(Now(), DateField()))
        .filter(pk=target_id)
        .values_list("status", "ends_on", "first_dispensed_at", "today")
        .first()
    )
    if row is None or row[0] == Status.DRAFT:
        return None
    status, ends_on, dispensed_at, today = row
    if status == Status.VOIDED:
        return "Annulée par le prescripteur"
    if ends_on < today:
        return "Terminée\u202f: la période prescrite est passée"
    return "Valable, délivrance commencée" if dispensed_at else "Valable, non délivrée"
