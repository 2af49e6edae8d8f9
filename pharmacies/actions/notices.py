"""The chosen pharmacy is told in advance what will be needed, and answers."""

from datetime import datetime

from accounts.models import Member
from core import audit
from pharmacies import mail
from pharmacies.actions.locking import lock
from pharmacies.models import Notice
from prescriptions.enums import PrescriptionStatus
from prescriptions.models import Prescription


class CannotAnnounce(Exception):
    """The message is in French and may be shown."""


def announce(prescription: Prescription, *, has_agreed: bool, by: Member, at: datetime) -> Notice:
    """Tell the patient's pharmacy, once a prescription. Told already: the same row is given back.

    :raises CannotAnnounce: no agreement, no chosen pharmacy, not signed or already dispensed
    """
    with audit.acting("prescription.announced", by=by):
        locked = lock(prescription)
        before = Notice.objects.filter(prescription=locked).first()
        if before is not None:
            return before
        pharmacy = locked.enrolment.pharmacy
        if pharmacy is None:
            raise CannotAnnounce("Le patient n’a pas encore choisi de pharmacie.")
        if refused := _refusal(locked, has_agreed=has_agreed):
            raise CannotAnnounce(refused)
        notice = Notice.objects.create(
            prescription=locked, pharmacy=pharmacy, sent_at=at, sent_by=by
        )
        mail.queue_notice(notice, at=at)
        _journal("prescription.announced", notice, by)
    return notice


def _refusal(prescription: Prescription, *, has_agreed: bool) -> str:
    if not has_agreed:
        return "L’accord du patient est nécessaire pour prévenir sa pharmacie."
    if prescription.status != PrescriptionStatus.SIGNED:
        return "Cette ordonnance n’est pas signée."
    if prescription.first_dispensed_at is not None:
        return "Cette ordonnance est déjà en cours de délivrance."
    return ""


def answer(notice: Notice, *, answer: str, by: Member, at: datetime) -> Notice:
    """«En stock», «commandé», «impossible»; the last answer stands, its history is kept.

    The same answer again changes nothing and tells nobody.
    """
    with audit.acting("prescription.announcement_answered", by=by):
        locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if locked.answer == answer:
            return locked
        locked.answer, locked.answered_at, locked.answered_by = answer, at, by
        locked.save(update_fields=["answer", "answered_at", "answered_by"])
        mail.queue_answer(locked, at=at)
        _journal("prescription.announcement_answered", locked, by)
    return locked


def _journal(action: str, notice: Notice, by: Member) -> None:
    prescription = notice.prescription
    audit.record(
        action,
        notice,
        by=by,
        subject=str(prescription.enrolment.public_id),
        prescription=str(prescription.public_id),
        answer=notice.answer,
    )
