from datetime import datetime

from accounts.models import Member
from core import audit, codes
from core.documents import Document
from core.pdf import PdfUnavailable
from patients import documents, identity
from patients.actions.exit import CannotEnd
from patients.actions.locks import lock_enrolment
from patients.enums import ReplacedBecause
from patients.models import Enrolment


_NONE = "Ce programme ne délivre pas d’attestation d’inclusion."
_OVER = "Cette participation est terminée\u202f: elle n’a plus d’attestation."


def issue_certificate(enrolment: Enrolment, *, by: Member, at: datetime) -> Document:
    """Make the certificate and keep its bytes; return the one that exists if there is one.

    :raises core.pdf.PdfUnavailable: the server cannot make PDFs
    :raises CannotEnd: the programme has none, the participation is over, or the identity erased
    """
    with audit.acting("certificate.issued", by=by):
        locked = lock_enrolment(enrolment)
        if before := documents.certificate(locked):
            return before
        if not locked.programme.issues_certificate:
            raise CannotEnd(_NONE)
        person = identity.open_one(locked.patient)
        if not locked.is_live or person is None:
            raise CannotEnd(_OVER)
        document = documents.make_certificate(locked, person, on=by.site.local_day(at), at=at)
        audit.record("certificate.issued", locked, by=by, subject=str(locked.public_id))
    return document


def replace_certificate(
    enrolment: Enrolment, because: ReplacedBecause, *, by: Member, at: datetime
) -> Document:
    """Make another certificate: the codes of the former ones answer no more.

    :raises core.pdf.PdfUnavailable: the server cannot make PDFs
    :raises CannotEnd: none was made, the participation is over, or the identity erased
    """
    with audit.acting("certificate.replaced", by=by):
        locked = lock_enrolment(enrolment)
        person = identity.open_one(locked.patient)
        on = by.site.local_day(at)
        stands = locked.is_live or documents.is_covered(locked, on)
        if documents.certificate(locked) is None or person is None or not stands:
            raise CannotEnd(_OVER)
        codes.end(documents.TARGET, locked.pk, at=at)
        document = documents.make_certificate(locked, person, on=on, at=at)
        subject = str(locked.public_id)
        audit.record("certificate.replaced", document, by=by, subject=subject, because=because)
    return document


def try_certificate(enrolment: Enrolment, *, by: Member, at: datetime) -> bool:
    """Make the certificate of a new inclusion; False when this server makes no PDF."""
    try:
        issue_certificate(enrolment, by=by, at=at)
    except PdfUnavailable:
        return False
    return True
