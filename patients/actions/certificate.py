from datetime import datetime

from accounts.models import Member
from core import audit
from core.documents import Document
from core.pdf import PdfUnavailable
from patients import documents, identity
from patients.actions.exit import CannotEnd
from patients.actions.locks import lock_enrolment
from patients.models import Enrolment


def issue_certificate(enrolment: Enrolment, *, by: Member, at: datetime) -> Document:
    """Make the certificate and keep its bytes; return the one that exists if there is one.

    :raises core.pdf.PdfUnavailable: the server cannot make PDFs
    :raises CannotEnd: the participation is over, or the identity erased
    """
    with audit.acting("certificate.issued", by=by):
        locked = lock_enrolment(enrolment)
        if before := documents.certificate(locked):
            return before
        person = identity.open_one(locked.patient)
        if not locked.is_live or person is None:
            raise CannotEnd("Cette participation est terminée\u202f: elle n’a plus d’attestation.")
        document = documents.make_certificate(locked, person, on=by.site.local_day(at), at=at)
        audit.record("certificate.issued", locked, by=by, subject=str(locked.public_id))
    return document


def try_certificate(enrolment: Enrolment, *, by: Member, at: datetime) -> bool:
    """Make the certificate of a new inclusion; False when this server makes no PDF."""
    try:
        issue_certificate(enrolment, by=by, at=at)
    except PdfUnavailable:
        return False
    return True
