"""Mails to professionals: no patient, no disease; the link asks to sign in."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Member, Site
from core import mail
from patients.enums import DesignationKind
from patients.models import BrokenGlass, Designation, Enrolment, Invitation


_SUBJECT = "Une désignation vous attend dans le registre"


def told(designation: Designation, *, at: datetime) -> None:
    """Tell whoever was designated; a pharmacy without address is told by its structure."""
    to = _address(designation)
    if not to:
        return
    context = {
        "is_doctor": designation.kind == DesignationKind.DOCTOR,
        "site": designation.enrolment.site,
        "address": _link("patients:designation", designation.public_id),
    }
    body = render_to_string("mail/designated.txt", context)
    mail.queue(f"designation:{designation.pk}", to, _SUBJECT, body, at=at)


def _address(designation: Designation) -> str:
    if designation.doctor is not None:
        return designation.doctor.user.email
    return designation.pharmacy.email if designation.pharmacy else ""


def structure(enrolment: Enrolment, key: str, words: str, *, at: datetime) -> None:
    """Tell the structure what became of a designation: to its address, else to who included."""
    to = enrolment.site.email or enrolment.included_by.user.email
    context = {"words": words, "address": _link("patients:designations", enrolment.public_id)}
    body = render_to_string("mail/designation_news.txt", context)
    mail.queue(key, to, "Une désignation a changé dans le registre", body, at=at)


def invited(invitation: Invitation, to: str, by: Member, *, at: datetime) -> None:
    """Invite somebody whom the directory does not know yet."""
    context = {
        "is_doctor": invitation.kind == DesignationKind.DOCTOR,
        "doctor": by.user.full_name,
        "site": by.site,
        "address": settings.PUBLIC_URL,
    }
    body = render_to_string("mail/invited.txt", context)
    mail.queue(f"invitation:{invitation.pk}", to, "Invitation à suivre une formation", body, at=at)


def _link(name: str, public_id: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[public_id])


def queue_glass_digest(
    site: Site, doctor: Member, glasses: Sequence[BrokenGlass], *, day: date, at: datetime
) -> None:
    """What was read of a site's patients by breaking the glass: one mail a doctor and a day."""
    count = len(glasses)
    plural = "s" if count > 1 else ""
    context = {
        "site": site,
        "glasses": glasses,
        "address": settings.PUBLIC_URL + reverse("patients:glass_log"),
    }
    mail.queue(
        f"glass:{site.pk}:{day}:{doctor.pk}",
        doctor.user.email,
        f"ReCann\u202f: {count} accès exceptionnel{plural} à voir",
        render_to_string("mail/glass.txt", context),
        at=at,
    )
