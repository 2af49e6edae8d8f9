"""Mails of transfers and of the transition: no name, no number, no disease; a link to sign in."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Member, Site
from core import mail
from core.models import OutgoingMail
from patients.enums import EnrolmentState
from patients.models import Enrolment, Transfer
from programmes.models import Programme


def _doctors(site: Site) -> QuerySet[Member]:
    found = Member.objects.open().filter(site=site, role=Role.REFERENCE_DOCTOR)
    return found.select_related("user").order_by("pk")


def transfer_asked(transfer: Transfer, *, at: datetime) -> None:
    """Tell the doctors of the structure that is asked."""
    for doctor in _doctors(transfer.to_site):
        _queue(
            f"transfer.asked {transfer.public_id} {doctor.pk}",
            doctor.user.email,
            "Registre : une demande vous attend",
            {"text": "Une autre structure vous demande de prendre le suivi d’un patient."},
            at,
        )


def transfer_answered(transfer: Transfer, *, at: datetime) -> None:
    """Tell who asked."""
    _queue(
        f"transfer.answered {transfer.public_id}",
        transfer.asked_by.user.email,
        "Registre : réponse à votre demande",
        {"text": "Votre demande de transfert a reçu une réponse."},
        at,
    )


def end_of_transition(programme: Programme, days: int, *, at: datetime) -> int:
    """Tell each doctor who still follows somebody in it; how many were not told yet."""
    followed = Enrolment.objects.live().filter(programme=programme, state=EnrolmentState.ACTIVE)
    doctors = Member.objects.open().filter(
        Q(role=Role.REFERENCE_DOCTOR, site__in=followed.values("site"))
        | Q(role=Role.RELAY_DOCTOR, pk__in=followed.values("relay_doctor"))
    )
    before = OutgoingMail.objects.count()
    for doctor in doctors.select_related("user").order_by("pk"):
        _queue(
            f"transition {programme.public_id} {programme.opinion_published_on} {days} {doctor.pk}",
            doctor.user.email,
            "Registre : une échéance approche",
            {
                "text": f"Dans {days} jours au plus, la phase de transition d’un programme prend "
                "fin. La liste de vos patients à sevrer ou à relayer vous attend."
            },
            at,
            page="patients:transition",
        )
    return OutgoingMail.objects.count() - before


def _queue(
    key: str,
    to: str,
    subject: str,
    context: dict[str, str],
    at: datetime,
    *,
    page: str = "patients:desk",
) -> None:
    link = settings.PUBLIC_URL + reverse(page)
    body = render_to_string("mail/notice.txt", {**context, "link": link})
    mail.queue(key, to, subject, body, at=at)
