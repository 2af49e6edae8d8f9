"""The certificate, as its page shows it."""

from dataclasses import dataclass

from core.documents import Document
from patients import documents
from patients.documents import Prints
from patients.models import Enrolment


@dataclass(frozen=True)
class Shown:
    """`document` is None before the first; `is_valid` says what the public page says."""

    document: Document | None
    prints: Prints
    is_valid: bool


def shown(enrolment: Enrolment) -> Shown:
    document = documents.certificate(enrolment)
    prints = documents.prints(document) if document else Prints(0, None)
    return Shown(document, prints, documents.certificate_state(enrolment.pk) is not None)
