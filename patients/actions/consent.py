from datetime import date

from accounts.models import Member
from core import audit
from patients.actions.exit import CannotEnd
from patients.actions.locks import lock_enrolment
from patients.actions.nir import erase_nir
from patients.enums import ConsentKind
from patients.models import Consent, Enrolment


def representative_aad(enrolment: Enrolment) -> str:
    return f"patients.Consent.representative {enrolment.public_id}"


def withdraw_nir(enrolment: Enrolment, *, on: date, by: Member) -> None:
    """Withdraw the second consent alone: the participation goes on.

    :raises CannotEnd: it was not given, or is withdrawn already
    """
    with audit.acting("consent.withdrawn", by=by):
        locked = lock_enrolment(enrolment)
        standing = Consent.objects.filter(
            enrolment=locked, kind=ConsentKind.NIR, is_given=True, withdrawn_on=None
        )
        erase_nir(locked, by=by)
        if not standing.update(withdrawn_on=on):
            raise CannotEnd("Cette autorisation n’est pas ou n’est plus donnée.")
        subject = str(locked.public_id)
        audit.record("consent.withdrawn", locked, by=by, subject=subject, kind="NIR")
