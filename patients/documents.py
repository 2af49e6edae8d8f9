"""The certificate of inclusion: made once, kept as delivered, reprinted as it is."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from core import codes, pdf
from core import documents as store
from core.documents import Document
from patients.identity import Person
from patients.models import Enrolment


KIND = "inclusion_certificate"
LABEL = "Attestation d’inclusion"
TARGET = "patients.Enrolment"


def certificate(enrolment: Enrolment) -> Document | None:
    """The certificate that was delivered, if it was."""
    made = Document.objects.filter(enrolment_id=enrolment.pk, kind=KIND)
    return made.order_by("-made_at", "-pk").first()


def make_certificate(enrolment: Enrolment, person: Person, *, on: date, at: datetime) -> Document:
    """Issue its code, render it, seal it and keep its bytes under the enrolment's key.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    code = codes.issue(KIND, TARGET, enrolment.pk, on, content=canonical(enrolment, person))
    context = {
        "enrolment": enrolment,
        "person": person,
        "made_on": on,
        "code": code.short,
        "fingerprint": code.fingerprint,
        "qr": pdf.qr_svg(code.url),
        "address": settings.PUBLIC_URL + reverse("core:verify"),
    }
    content = pdf.render("pdf/certificate.html", context, title=LABEL)
    content = pdf.sealed(content, reason="Attestation d’inclusion émise par le registre")
    document = store.store(
        kind=KIND, key_id=enrolment.key_id, content=content, enrolment_id=enrolment.pk, at=at
    )
    codes.attach(code.record, bytes(document.sha256))
    return document


def canonical(enrolment: Enrolment, person: Person) -> str:
    """What the fingerprint covers: the same facts give the same ten characters."""
    facts = [
        enrolment.number,
        person.full_name,
        " ".join(person.first_names),
        person.birth_iso,
        enrolment.programme.code,
        enrolment.site.finess or enrolment.site.name,
        enrolment.included_on.isoformat(),
    ]
    return "\n".join(facts)


def certificate_state(enrolment_id: int) -> str | None:
    """What the public page says of it; None once the participation is over."""
    followed = Enrolment.objects.live().filter(pk=enrolment_id).exists()
    return "Valable" if followed else None
