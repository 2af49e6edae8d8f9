"""A patient changes structure: asked by the one that follows, accepted by the other."""

from datetime import datetime

from accounts.models import Member, Site
from core import audit
from patients import directory, notices
from patients.actions.locks import lock_enrolment
from patients.enums import TransferReason, TransferRefusal, TransferState
from patients.models import Enrolment, Transfer


class CannotTransfer(Exception):
    """The message is in French and may be shown."""


def ask_transfer(
    enrolment: Enrolment, to_site: Site, *, reason: TransferReason, by: Member, at: datetime
) -> Transfer:
    """Ask another structure to follow the patient; nothing changes until it accepts.

    :raises CannotTransfer: nothing is written
    """
    with audit.acting("transfer.asked", by=by):
        locked = lock_enrolment(enrolment)
        if not locked.is_live or locked.site_id != by.site_id:
            raise CannotTransfer("Ce patient n’est plus suivi par votre structure.")
        if locked.transfers.pending().exists():
            raise CannotTransfer("Un transfert est déjà demandé pour ce patient.")
        offered = directory.structures(locked, by.site.local_day(at))
        if not offered.filter(pk=to_site.pk).exists():
            raise CannotTransfer("Cette structure n’est pas inscrite pour cette indication.")
        transfer = Transfer.objects.create(
            enrolment=locked,
            from_site=locked.site,
            to_site=to_site,
            reason=reason,
            state=TransferState.ASKED,
            asked_by=by,
            asked_at=at,
        )
        notices.transfer_asked(transfer, at=at)
        subject = str(locked.public_id)
        audit.record("transfer.asked", transfer, by=by, subject=subject, site=to_site.pk)
    return transfer


def accept_transfer(transfer: Transfer, *, by: Member, at: datetime) -> None:
    """Follow the patient from now on: the other structure does not read the record any more.

    :raises CannotTransfer: nothing is written
    """
    with audit.acting("transfer.accepted", by=by):
        locked = _lock(transfer, site_id=by.site_id)
        enrolment = locked.enrolment
        if not enrolment.is_live:
            raise CannotTransfer("Ce patient n’est plus suivi dans le programme.")
        listed = directory.structures(enrolment, by.site.local_day(at))
        if not listed.filter(pk=locked.to_site_id).exists():
            raise CannotTransfer("Votre structure n’est plus inscrite pour cette indication.")
        enrolment.site = locked.to_site
        enrolment.save(update_fields=["site"])
        _answer(locked, TransferState.ACCEPTED, by=by, at=at)


def refuse_transfer(
    transfer: Transfer, refusal: TransferRefusal, *, by: Member, at: datetime
) -> None:
    with audit.acting("transfer.refused", by=by):
        locked = _lock(transfer, site_id=by.site_id)
        _answer(locked, TransferState.REFUSED, refusal, by=by, at=at)


def cancel_transfer(transfer: Transfer, *, by: Member, at: datetime) -> None:
    """Take the request back, while it has no answer."""
    with audit.acting("transfer.cancelled", by=by):
        locked = _lock(transfer, site_id=None)
        if locked.from_site_id != by.site_id:
            raise CannotTransfer("Ce transfert a été demandé par une autre structure.")
        _answer(locked, TransferState.CANCELLED, by=by, at=at)


def _lock(transfer: Transfer, *, site_id: int | None) -> Transfer:
    """The patient, the participation, then the request, still without an answer."""
    enrolment = lock_enrolment(transfer.enrolment)
    rows = Transfer.objects.select_for_update(of=("self",))
    locked = rows.select_related("from_site", "to_site", "asked_by__user").get(pk=transfer.pk)
    locked.enrolment = enrolment
    if site_id is not None and locked.to_site_id != site_id:
        raise CannotTransfer("Ce transfert est demandé à une autre structure.")
    if locked.state != TransferState.ASKED:
        raise CannotTransfer("Ce transfert a déjà reçu une réponse.")
    return locked


def _answer(
    transfer: Transfer,
    state: TransferState,
    refusal: TransferRefusal | None = None,
    *,
    by: Member,
    at: datetime,
) -> None:
    transfer.state, transfer.answered_by, transfer.answered_at = state, by, at
    transfer.refusal = refusal or ""
    transfer.save(update_fields=["state", "answered_by", "answered_at", "refusal"])
    if state != TransferState.CANCELLED:
        notices.transfer_answered(transfer, at=at)
    subject = str(transfer.enrolment.public_id)
    audit.record(f"transfer.{state.lower()}", transfer, by=by, subject=subject)
