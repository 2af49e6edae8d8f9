"""The certificate of inclusion: kept as delivered, reprinted as it is, replaced when it is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now
from django.urls import reverse

from core import codes, offline, pdf, seal_key
from core import documents as store
from core.documents import Document
from core.models import JournalLine
from patients import identity
from patients.enums import EndReason, EnrolmentState
from patients.identity import Person
from patients.models import Enrolment


# Last day covered by what was prescribed to an enrolment; None when nothing was. Filled by the
# acts above, in `AppConfig.ready`: a treatment that goes on may still be carried (ADR 0115).
COVERED_UNTIL: list[Callable[[int], date | None]] = []

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
        "offline_qr": pdf.qr_svg(
            _proof(enrolment, code.fingerprint, on), alt="Code QR à vérifier sans réseau"
        ),
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


def _proof(enrolment: Enrolment, fingerprint: str, on: date) -> str:
    fields = {offline.NUMBER: enrolment.number, offline.FINGERPRINT: fingerprint}
    return offline.build(seal_key.private(), offline.CERTIFICATE, fields, on=on)


def certificate_state(enrolment_id: int) -> str | None:
    """What the public page says of it: valid while the patient is followed, then until the last
    day of what was prescribed; None afterwards, and at once after a death."""
    found = Enrolment.objects.select_related("site").annotate(now=Now())
    enrolment = found.filter(pk=enrolment_id).first()
    if enrolment is None or enrolment.state == EnrolmentState.CANCELLED:
        return None
    if enrolment.is_live:
        return "Valable"
    today = enrolment.site.local_day(enrolment.now)
    return "Valable" if is_covered(enrolment, today) else None


def covered_until(enrolment: Enrolment) -> date | None:
    """Last day of treatment of somebody who left; None when there is none, or after a death."""
    if enrolment.end_reason == EndReason.DEATH:
        return None
    days = [day for ask in COVERED_UNTIL if (day := ask(enrolment.pk))]
    return max(days, default=None)


def is_covered(enrolment: Enrolment, on: date) -> bool:
    until = covered_until(enrolment)
    return until is not None and on <= until


def is_bearer(enrolment_id: int, name: str, birth_date: date) -> bool:
    """Whether the certificate names the person of that name, born that day."""
    return identity.is_named(enrolment_id, name=name, birth_date=birth_date)


# --- Prints ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prints:
    """How many times it left the printer since it was delivered, and when it last did."""

    count: int
    last_at: datetime | None


def prints(document: Document) -> Prints:
    """Read in the journal, which keeps each print as long as its lines."""
    lines = JournalLine.objects.filter(
        action="certificate.printed", target_label=document._meta.label, target_id=str(document.pk)
    )
    if document.enrolment_id is not None:
        enrolment = Enrolment.objects.filter(pk=document.enrolment_id)
        # The index of the journal is by subject.
        subject = enrolment.values_list("public_id", flat=True).first()
        lines = lines.filter(subject=str(subject))
    return Prints(lines.count(), lines.aggregate(last=Max("at"))["last"])
