"""What leaves by mail: numbers only, no name, no medicine, no disease."""

from datetime import datetime

from django.conf import settings
from django.shortcuts import resolve_url
from django.template.loader import render_to_string

from core import mail
from core.models import OutgoingMail
from pharmacies.models import Intervention


def _address() -> str:
    return f"{settings.PUBLIC_URL}{resolve_url(settings.LOGIN_URL)}"


def queue_intervention(made: Intervention, *, at: datetime) -> OutgoingMail:
    """Tell the prescriber that a pharmacist wrote: the rest is read after signing in."""
    prescription = made.prescription
    context = {
        "number": prescription.enrolment.number,
        "pharmacy": made.pharmacy,
        "kind": made.get_kind_display(),
        "address": _address(),
    }
    body = render_to_string("mail/intervention.txt", context)
    subject = f"ReCann\u202f: un pharmacien vous écrit, dossier {prescription.enrolment.number}"
    key = f"intervention {made.public_id}"
    return mail.queue(key, prescription.prescriber.email, subject, body, at=at)
