"""What leaves by mail: numbers only, no name, no medicine, no disease."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.shortcuts import resolve_url
from django.template.loader import render_to_string

from accounts.models import Member, Site
from core import mail
from core.models import OutgoingMail
from pharmacies.models import Bulletin, Intervention, Notice
from pharmacies.supply import GAP_DAYS


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
    return mail.queue(key, prescription.answering.email, subject, body, at=at)


def queue_bulletin(bulletin: Bulletin, pharmacy: Site, *, at: datetime) -> OutgoingMail | None:
    """Tell one pharmacy that an alert waits; None when it has no address."""
    if not pharmacy.email:
        return None
    context = {"bulletin": bulletin, "pharmacy": pharmacy, "address": _address()}
    body = render_to_string("mail/bulletin.txt", context)
    subject = f"ReCann\u202f: {bulletin.get_kind_display().lower()}, accusé de réception attendu"
    return mail.queue(
        f"bulletin {bulletin.public_id} {pharmacy.pk}", pharmacy.email, subject, body, at=at
    )


def queue_gaps(
    key: str, site: Site, patients: Sequence[tuple[str, date]], *, at: datetime
) -> OutgoingMail:
    """Tell a place which participations run out: numbers and days. The same key is one mail."""
    context = {"site": site, "patients": patients, "days": GAP_DAYS, "address": _address()}
    body = render_to_string("mail/gaps.txt", context)
    count = len(patients)
    subject = f"ReCann\u202f: {count} traitement{'s' if count > 1 else ''} bientôt sans suite"
    return mail.queue(key, site.email, subject, body, at=at)


def queue_notice(notice: Notice, *, at: datetime) -> OutgoingMail | None:
    """Tell the pharmacy that something is to be prepared; None when it has no address."""
    if not notice.pharmacy.email:
        return None
    number = notice.prescription.enrolment.number
    subject = f"ReCann\u202f: une ordonnance vous est annoncée, dossier {number}"
    key = f"notice {notice.public_id}"
    return mail.queue(key, notice.pharmacy.email, subject, _notice(notice, ""), at=at)


def queue_unanswered(notice: Notice, *, at: datetime) -> OutgoingMail:
    """Tell the prescriber that the pharmacy has not answered."""
    prescription, pharmacy = notice.prescription, notice.pharmacy
    number = prescription.enrolment.number
    phone = f" ({pharmacy.phone})" if pharmacy.phone else ""
    sent_on = pharmacy.local_day(notice.sent_at)
    said = (
        f"{pharmacy.name}{phone} n’a pas répondu à l’annonce d’une ordonnance du dossier {number}, "
        f"envoyée le {sent_on:%d/%m/%Y}. Appelez-la, ou voyez s’il faut en changer."
    )
    return _short(f"notice late {notice.public_id}", prescription.answering.email, number, said, at)


def queue_unread(made: Intervention, doctor: Member, *, at: datetime) -> OutgoingMail:
    """Tell a doctor of the structure that what a pharmacist wrote was read by nobody."""
    number = made.prescription.enrolment.number
    written_on = made.pharmacy.local_day(made.recorded_at)
    said = (
        f"{made.pharmacy.name} a écrit le {written_on:%d/%m/%Y} au prescripteur du dossier "
        f"{number}. Personne ne l’a encore lu\u202f: le message est sur la page du patient."
    )
    key = f"intervention late {made.public_id} {doctor.pk}"
    return _short(key, doctor.user.email, number, said, at)


def _short(key: str, to: str, number: str, said: str, at: datetime) -> OutgoingMail:
    body = render_to_string("mail/escalation.txt", {"said": said, "address": _address()})
    return mail.queue(key, to, f"ReCann\u202f: sans réponse, dossier {number}", body, at=at)


def queue_bulletin_again(
    bulletin: Bulletin, pharmacy: Site, *, at: datetime
) -> OutgoingMail | None:
    """Tell a pharmacy again that an alert waits; None when it has no address."""
    if not pharmacy.email:
        return None
    context = {"bulletin": bulletin, "pharmacy": pharmacy, "address": _address()}
    body = render_to_string("mail/bulletin.txt", context)
    subject = f"ReCann\u202f: relance, {bulletin.get_kind_display().lower()}"
    key = f"bulletin late {bulletin.public_id} {pharmacy.pk}"
    return mail.queue(key, pharmacy.email, subject, body, at=at)


def queue_silent(bulletin: Bulletin, count: int, *, at: datetime) -> OutgoingMail:
    """Tell whoever issued an alert how many pharmacies did not acknowledge it."""
    plural = "s n’ont" if count > 1 else " n’a"
    said = (
        f"{bulletin.title}\n\n{count} pharmacie{plural} pas accusé réception. Leur liste est sur "
        "la page de l’alerte, avec leur téléphone\u202f: appelez-les."
    )
    body = render_to_string("mail/escalation.txt", {"said": said, "address": _address()})
    subject = "ReCann\u202f: alerte sans accusé de réception"
    key = f"bulletin silent {bulletin.public_id}"
    return mail.queue(key, bulletin.issued_by.user.email, subject, body, at=at)


def queue_answer(notice: Notice, *, at: datetime) -> OutgoingMail:
    """Tell the prescriber what the pharmacy answered: each answer is one mail."""
    prescription = notice.prescription
    subject = f"ReCann\u202f: réponse de la pharmacie, dossier {prescription.enrolment.number}"
    key = f"notice {notice.public_id} {notice.answer} {at:%Y%m%dT%H%M%S%f}"
    body = _notice(notice, notice.get_answer_display())
    return mail.queue(key, prescription.answering.email, subject, body, at=at)


def _notice(notice: Notice, answer: str) -> str:
    number = notice.prescription.enrolment.number
    context = {
        "pharmacy": notice.pharmacy,
        "number": number,
        "answer": answer,
        "address": _address(),
    }
    return render_to_string("mail/pharmacy_notice.txt", context)
