"""The letter to the relay doctor after a visit: coded, sealed, kept as it was delivered."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from accounts.models import Member
from core import codes, pdf
from core import documents as store
from core.documents import Document
from core.numbers import french_number
from followup import telling
from followup.enums import VisitStatus
from followup.models import Visit
from patients import identity
from prescriptions.models import Prescription


KIND = "visit_letter"
LABEL = "Lettre au médecin relais"
TARGET = "followup.Visit"


def make_letter(visit: Visit, *, to: Member, by: Member, on: date, at: datetime) -> Document:
    """Issue its code, render it, seal it and keep its bytes under the enrolment's key.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    enrolment = visit.enrolment
    code = codes.issue(KIND, TARGET, visit.pk, on, content=_canonical(visit))
    context = {
        "visit": visit,
        "whose": telling.whose(visit, identity.open_one(enrolment.patient)),
        "parts": telling.parts(visit),
        "treatment": treatment(visit),
        "to": to,
        "by": by,
        "made_on": on,
        "code": code.short,
        "fingerprint": code.fingerprint,
        "qr": pdf.qr_svg(code.url),
        "address": settings.PUBLIC_URL + reverse("core:verify"),
    }
    content = pdf.render("pdf/letter.html", context, title=LABEL)
    content = pdf.sealed(content, reason="Lettre émise par le registre")
    document = store.store(
        kind=KIND, key_id=enrolment.key_id, content=content, enrolment_id=enrolment.pk, at=at
    )
    codes.attach(code.record, bytes(document.sha256))
    return document


def _canonical(visit: Visit) -> str:
    """What the fingerprint covers: which visit, in which version."""
    facts = [visit.enrolment.number, str(visit.public_id), str(visit.held_on), visit.stamp]
    return "\n".join(facts)


def treatment(visit: Visit) -> list[str]:
    """The lines of the last prescription signed, in words; none when nothing is prescribed."""
    signed = Prescription.objects.signed().filter(enrolment=visit.enrolment)
    last = signed.prefetch_related("lines__steps").order_by("-ends_on", "-pk").first()
    if last is None:
        return []
    lines = [
        f"{line.product_name}\u202f: "
        + ", puis ".join(
            f"{french_number(step.dose)} {line.get_unit_display()} × {step.intakes_per_day}"
            f" par jour, {step.days} jours"
            for step in line.steps.all()
        )
        for line in last.lines.all()
    ]
    return [*lines, f"Ordonnance du {last.starts_on:%d/%m/%Y} au {last.ends_on:%d/%m/%Y}"]


def letter_state(visit_id: int) -> str | None:
    """What the public page says of a letter; None for a visit that is not there."""
    held = Visit.objects.filter(pk=visit_id, status=VisitStatus.DONE)
    found = held.annotate(last=Max("letters__written_at")).first()
    if found is None or found.last is None:
        return None
    if found.corrected_at and found.corrected_at > found.last:
        return "Émise\u202f; la consultation a été corrigée depuis"
    return "Émise"
