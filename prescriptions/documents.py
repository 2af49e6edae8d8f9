"""The prescription on paper, and what its code answers."""

from collections.abc import Callable
from datetime import date

from django.db.models import Max
from django.db.models.functions import Now

from core import pdf as press
from core.codes import IssuedCode
from patients import identity
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Plan, Prescription
from prescriptions.planned import shown
from prescriptions.sheet import sheet


KIND, PLAN = "prescription", "plan"

# What the acts above know of a supply, in French, "" for nothing: filled in `AppConfig.ready`.
SUPPLIED: list[Callable[[Prescription], str]] = []
NOT_SUPPLIED = "Valable, non délivrée"


def pdf(prescription: Prescription, code: IssuedCode) -> bytes:
    """Return the signed prescription as a sealed PDF, laid out for protected paper if narcotic.

    :raises core.pdf.PdfUnavailable: Pango is missing on this server
    """
    assert prescription.signed_on is not None  # noqa: S101 - a check constraint says it
    content = sheet(prescription, on=prescription.signed_on)
    context = {"sheet": content, "code": code, "qr": press.qr_svg(code.url)}
    printed = press.render("pdf/prescription.html", context, title="Ordonnance")
    return press.sealed(printed, reason="Ordonnance émise par le registre ReCann")


def plan_pdf(plan: Plan) -> bytes:
    """Return the steps of a titration or of a weaning, as the patient keeps them.

    :raises core.pdf.PdfUnavailable: Pango is missing on this server
    """
    context = {"plan": plan, "person": identity.open_one(plan.enrolment.patient), **shown(plan)}
    title = f"Plan de {plan.get_kind_display().lower()}"
    printed = press.render("pdf/plan.html", context | {"heading": title}, title=title)
    return press.sealed(printed, reason="Plan émis par le registre ReCann")


def public_state(target_id: int) -> str | None:
    """What anybody who holds the paper may know; None for a prescription that is not there.

    The period ends with the day of the place where it was written.
    """
    found = Prescription.objects.exclude(status=Status.DRAFT).select_related(
        "enrolment", "author__site"
    )
    row = found.annotate(now=Now()).filter(pk=target_id).first()
    if row is None:
        return None
    if row.status == Status.VOIDED:
        return "Annulée par le prescripteur"
    if row.ends_on < row.author.site.local_day(row.now):
        return "Terminée\u202f: la période prescrite est passée"
    if not row.enrolment.is_live:
        return "Ne peut plus être délivrée"
    # What was handed over may have been undone since.
    said = (known(row) for known in SUPPLIED if row.first_dispensed_at is not None)
    return next(filter(None, said), NOT_SUPPLIED)


def covered_until(enrolment_id: int) -> date | None:
    """Last day of what was signed for a participation, voided ones left out."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment_id)
    last: date | None = signed.aggregate(last=Max("ends_on"))["last"]
    return last
