"""Who a patient may be entrusted to, and the professionals who are invited first."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from accounts.models import Member, Site
from core import codes
from patients import directory, identity, texts
from patients.documents import KIND as CERTIFICATE
from patients.documents import certificate_state
from patients.enums import DesignationKind
from patients.models import Enrolment, Invitation
from programmes.models import Programme
from training.entitlement import is_entitled


PROFESSIONAL = "patients.Invitation.professional"


@dataclass(frozen=True)
class Professional:
    """Whom the directory does not know yet."""

    name: str
    town: str
    email: str


def seal(enrolment: Enrolment, professional: Professional) -> bytes | None:
    return texts.seal(enrolment, PROFESSIONAL, json.dumps(asdict(professional)))


def read(invitation: Invitation) -> Professional | None:
    """None once the key is destroyed."""
    text = texts.read(invitation.enrolment, PROFESSIONAL, invitation.professional_sealed)
    return Professional(**json.loads(text)) if text else None


def doctor_refusal(doctor: Member, programme: Programme, on: date) -> str:
    """Why this doctor cannot be a relay that day; "" when they can."""
    if not directory.relay_doctors(programme, on).filter(pk=doctor.pk).exists():
        return "Ce médecin relais n’est pas habilité et formé pour ce programme."
    if programme.training_required and not is_entitled(doctor.user, programme, on):
        return "La formation de ce médecin relais n’est plus valable."
    return ""


def pharmacy_refusal(pharmacy: Site, programme: Programme, on: date) -> str:
    if directory.pharmacies(programme, on).filter(pk=pharmacy.pk).exists():
        return ""
    return "Cette pharmacie ne participe pas au programme aujourd’hui."


def invited_member(invitation: Invitation, on: date) -> Member | Site | None:
    """The doctor or the pharmacy that an invitation spoke of, once trained and accredited."""
    professional = read(invitation)
    if professional is None:
        return None
    programme, email = invitation.enrolment.programme, professional.email.lower()
    if invitation.kind == DesignationKind.DOCTOR:
        found = directory.relay_doctors(programme, on).filter(user__email=email).first()
        return found if found and not doctor_refusal(found, programme, on) else None
    return directory.pharmacies(programme, on).filter(email__iexact=email).first()


def of_certificate(code: str, birth_date: date, by: Member) -> Enrolment | None:
    """The participation that a certificate shown by its bearer belongs to, in the programmes of
    this doctor. None for a code that is unknown or over, or another birth date: all alike."""
    found = codes.find(code)
    if found is None or found.kind != CERTIFICATE or certificate_state(found.target_id) is None:
        return None
    enrolments = Enrolment.objects.live().filter(
        pk=found.target_id, programme__in=Programme.objects.visible_to(by)
    )
    enrolment = enrolments.first()
    born = enrolment is not None and identity.was_born(enrolment.pk, birth_date)
    return enrolment if born else None
