"""The certificate of training: who, in which category, under which number (domain.md 2.2)."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core import codes, pdf
from core import documents as store
from core.documents import Document
from training import rules
from training.models import Completion


KIND = "training_certificate"
LABEL = "Attestation de formation"
TARGET = "training.Completion"


def make_certificate(completion: Completion, *, key_id: UUID, on: date, at: datetime) -> Document:
    """Issue its code, render it, seal it and keep its bytes under a key of its own.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    code = codes.issue(KIND, TARGET, completion.pk, on, content=canonical(completion))
    context = {
        "completion": completion,
        "course": completion.course,
        "person": completion.user,
        "last_day": rules.last_day(completion.proof),
        "made_on": on,
        "code": code.short,
        "fingerprint": code.fingerprint,
        "qr": pdf.qr_svg(code.url),
        "address": settings.PUBLIC_URL + reverse("core:verify"),
    }
    content = pdf.render("pdf/training_certificate.html", context, title=LABEL)
    content = pdf.sealed(content, reason="Attestation de formation émise par le registre")
    document = store.store(kind=KIND, key_id=key_id, content=content, enrolment_id=None, at=at)
    codes.attach(code.record, bytes(document.sha256))
    return document


def canonical(completion: Completion) -> str:
    """What the fingerprint covers: the same facts give the same ten characters."""
    person, course = completion.user, completion.course
    facts = [
        person.last_name,
        person.first_name,
        person.profession,
        person.rpps,
        course.programme.code,
        course.version,
        completion.completed_on.isoformat(),
        completion.way,
        completion.reference,
        completion.statement_version,
    ]
    return "\n".join(facts)


def certificate_state(completion_id: int) -> str | None:
    """What the public page says of it: its end, as the certificate prints it."""
    found = Completion.objects.select_related("course").filter(pk=completion_id).first()
    if found is None:
        return None
    end = rules.last_day(found.proof)
    return "Valable, sans limite" if end is None else f"Valable jusqu’au {end:%d/%m/%Y} inclus"
