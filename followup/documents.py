"""The letter to the relay doctor after a visit: coded, sealed, kept as it was delivered."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from accounts.models import Member
from core import codes, pdf
from core import documents as store
from core.documents import Document
from followup import telling
from followup.enums import VisitStatus
from followup.models import Visit
from patients import identity
from prescriptions import running
from prescriptions.models import Line
from prescriptions.sheet import in_figures, loaded_lines


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
    """The lines of what is prescribed since the visit, in words; none when nothing is."""
    assert visit.held_on is not None  # noqa: S101 - a letter tells of a held visit
    told = []
    for one in running.now(visit.enrolment, visit.held_on):
        told += [_in_words(line) for line in loaded_lines(one)]
        told.append(f"Ordonnance du {one.starts_on:%d/%m/%Y} au {one.ends_on:%d/%m/%Y}")
    return told


def _in_words(line: Line) -> str:
    steps = sorted(line.steps.all(), key=lambda step: step.position)
    said = (in_figures(step.as_step, line.unit, line.form) for step in steps)
    return f"{line.product_name}\u202f: {', puis '.join(said)}"


def letter_state(visit_id: int) -> str | None:
    """What the public page says of a letter; None for a visit that is not there."""
    held = Visit.objects.filter(pk=visit_id, status=VisitStatus.DONE)
    found = held.annotate(last=Max("letters__written_at")).first()
    if found is None or found.last is None:
        return None
    if found.corrected_at and found.corrected_at > found.last:
        return "Émise\u202f; la consultation a été corrigée depuis"
    return "Émise"
