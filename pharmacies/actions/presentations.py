"""A prescription is presented: the day is recorded, and a wrong one is put right. ADR 0148."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Member
from core import audit, once
from pharmacies import rights, words
from pharmacies.actions.locking import lock
from pharmacies.models import Dispensation, Received
from pharmacies.sheet import Sheet, read
from prescriptions.models import Prescription


class CannotReceive(Exception):
    """The message is in French and may be shown to the pharmacist."""


class CannotCorrect(Exception):
    """The message is in French and may be shown beside the field it names ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


# --- Presented -------------------------------------------------------------------------------


def receive(
    prescription: Prescription, *, presented_on: date, key: str, by: Member, at: datetime
) -> Received:
    """Record the day a prescription was presented, nothing being handed over yet.

    The first day recorded stands: presented again, the first row is given back.

    :raises CannotReceive: a day before the writing or in the future, nothing due, or no right;
        sent again after the day was withdrawn
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {"prescription": str(prescription.public_id), "presented_on": presented_on}
    with audit.acting("prescription.received", by=by):
        if before := once.guard(by=by, key=key, action="prescription.received", body=body):
            return _sent_again(before)
        locked = lock(prescription)
        received = _received_already(locked, presented_on, by, at)
        if received is None:
            received = _write_on(locked, presented_on, by, at)
        once.done(by=by, key=key, target=received.pk)
    return received


def _sent_again(before: str) -> Received:
    received = Received.objects.get(pk=before)
    if received.is_withdrawn:
        raise CannotReceive(
            "Ce formulaire a déjà été enregistré, puis son jour annulé. Rechargez la page."
        )
    return received


def _received_already(
    prescription: Prescription, presented_on: date, by: Member, at: datetime
) -> Received | None:
    if prescription.signed_on is None:
        raise CannotReceive(rights.refusal_of_state(is_signed=False, is_live=True))
    refused = rights.refusal_of_presentation(
        presented_on, signed_on=prescription.signed_on, today=by.site.local_day(at)
    )
    if refused:
        raise CannotReceive(refused)
    return read(prescription, member=by, on=presented_on).presented


def _write_on(prescription: Prescription, presented_on: date, by: Member, at: datetime) -> Received:
    sheet = read(prescription, member=by, on=presented_on)
    if refused := _nothing_due(sheet):
        raise CannotReceive(refused)
    return write_received(sheet, sheet.fraction_no, presented_on, by, at)


def _nothing_due(sheet: Sheet) -> str:
    if sheet.refused or sheet.open_rows:
        return sheet.refused
    return sheet.rows[0].due.refused if sheet.rows else "Cette ordonnance n’a aucune ligne."


def write_received(
    sheet: Sheet, fraction_no: int, presented_on: date, by: Member, at: datetime
) -> Received:
    received = Received.objects.create(
        prescription=sheet.prescription,
        fraction_no=fraction_no,
        pharmacy=by.site,
        presented_on=presented_on,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        "prescription.received",
        received,
        by=by,
        subject=str(sheet.prescription.enrolment.public_id),
        prescription=str(sheet.prescription.public_id),
        fraction=fraction_no,
        presented_on=presented_on,
    )
    return received


# --- Put right -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correction:
    """What the pharmacist typed. No day: the prescription was not presented at all."""

    reason: str
    presented_on: date | None = None


def correct_presentation(
    wrong: Received, *, correction: Correction, key: str, by: Member, at: datetime
) -> Received | None:
    """Withdraw a day of presentation and record the right one; None when there is none.

    The row stays as it was written. Both happen, or neither.

    :raises CannotCorrect: another pharmacy, something stands on it, or the new day is refused
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {"received": wrong.pk, "correction": repr(correction)}
    with audit.acting("presentation.withdrawn", by=by, reason=correction.reason):
        before = once.guard(by=by, key=key, action="presentation.withdrawn", body=body)
        if before is not None:
            return Received.objects.get(pk=before) if before else None
        prescription = lock(wrong.prescription)
        standing = Received.objects.select_related("pharmacy").get(pk=wrong.pk)
        if refused := not_correctable(standing, by):
            raise CannotCorrect(refused)
        _check_day(standing, correction)
        _withdraw(standing, prescription, correction.reason, by, at)
        made = _present_again(prescription, correction.presented_on, by, at)
        once.done(by=by, key=key, target=made.pk if made else "")
    return made


def not_correctable(received: Received, by: Member) -> str:
    """Why this day stays as it is, in French; empty when it may be put right."""
    if received.pharmacy_id != by.site_id:
        who = received.pharmacy
        return f"Seule la pharmacie qui a saisi ce jour peut le corriger{words.THIN}: {who}."
    if received.withdrawn_at is not None:
        on = words.in_full(received.pharmacy.local_day(received.withdrawn_at))
        return f"Ce jour de présentation a déjà été annulé le {on}."
    if last := last_upon(received):
        on = words.in_full(last.dispensed_on)
        return f"La dispensation du {on} compte sur ce jour{words.THIN}: annulez-la d’abord."
    later = received.prescription.received.standing().filter(fraction_no__gt=received.fraction_no)
    if after := later.order_by("-fraction_no").first():
        return (
            f"La fraction {after.fraction_no} est présentée depuis{words.THIN}: annulez d’abord "
            "sa présentation."
        )
    return ""


def last_upon(received: Received) -> Dispensation | None:
    """The last standing dispensation that hangs on this presentation: the first to be undone."""
    standing = received.dispensations.standing()
    return standing.order_by("-sequence_no").first()


def _check_day(wrong: Received, correction: Correction) -> None:
    refused = rights.refusal_of_correction(
        correction.reason, wrong_on=wrong.presented_on, right_on=correction.presented_on
    )
    if refused:
        raise CannotCorrect(refused, "presented_on")


def _withdraw(
    received: Received, prescription: Prescription, reason: str, by: Member, at: datetime
) -> None:
    received.withdrawn_at, received.withdrawn_by = at, by
    received.withdrawal_reason = reason
    received.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    audit.record(
        "presentation.withdrawn",
        received,
        by=by,
        subject=str(prescription.enrolment.public_id),
        prescription=str(prescription.public_id),
        fraction=received.fraction_no,
        presented_on=received.presented_on,
        motive=reason,
    )


def _present_again(
    prescription: Prescription, presented_on: date | None, by: Member, at: datetime
) -> Received | None:
    if presented_on is None:
        return None
    try:
        other = _received_already(prescription, presented_on, by, at)
        if other is None:
            return _write_on(prescription, presented_on, by, at)
    except CannotReceive as error:
        raise CannotCorrect(str(error), "presented_on") from error
    on = words.in_full(other.presented_on)
    raise CannotCorrect(
        f"Ce jour-là, la fraction {other.fraction_no}, présentée le {on}, est encore à "
        f"délivrer{words.THIN}: enregistrez d’abord sa dispensation.",
        "presented_on",
    )
