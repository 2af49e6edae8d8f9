"""What comes after: a dispensation undone by a counter-entry, a word to the prescriber."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Member
from core import audit, keys, once
from pharmacies import mail
from pharmacies.actions.locking import lock
from pharmacies.actions.register import undo as undo_line
from pharmacies.actions.supplies import count_supplies
from pharmacies.enums import MovementKind
from pharmacies.models import Dispensation, Intervention, RegisterLine, Undone
from prescriptions.models import Prescription


class CannotUndo(Exception):
    """The message is in French and may be shown to the pharmacist."""


def undo(dispensation: Dispensation, *, reason: str, by: Member, at: datetime) -> Undone:
    """Write that a dispensation never counted: it stays, and what it took is due again.

    Each line of the register is undone by its opposite. Undone already: the same row is given.

    :raises CannotUndo: another pharmacy, or a later dispensation of the same prescription stands
    """
    with audit.acting("dispensation.undone", by=by, reason=reason):
        lock(dispensation.prescription)
        before = Undone.objects.filter(dispensation=dispensation).first()
        if before is not None:
            return before
        if refused := _not_undoable(dispensation, by):
            raise CannotUndo(refused)
        undone = Undone.objects.create(
            dispensation=dispensation, reason=reason, recorded_at=at, recorded_by=by
        )
        _undo_lines(undone, by, at)
        count_supplies([dispensation.enrolment_id])
        audit.record(
            "dispensation.undone",
            dispensation,
            by=by,
            subject=str(dispensation.enrolment.public_id),
        )
    return undone


def _not_undoable(dispensation: Dispensation, by: Member) -> str:
    if dispensation.pharmacy_id != by.site_id:
        return "Seule la pharmacie qui a dispensé peut annuler."
    later = dispensation.prescription.dispensations.standing().filter(
        sequence_no__gt=dispensation.sequence_no
    )
    if later.exists():
        return "Annulez d’abord la dispensation suivante de la même ordonnance."
    return ""


def _undo_lines(undone: Undone, by: Member, at: datetime) -> None:
    items = undone.dispensation.items.values("pk")
    lines = RegisterLine.objects.filter(item_no__in=items, kind=MovementKind.DISPENSATION)
    for line in lines.select_related("pharmacy").order_by("number"):
        undo_line(line, reason=undone.get_reason_display(), by=by, at=at)


@dataclass(frozen=True)
class Word:
    """What the pharmacist writes to the prescriber."""

    kind: str
    reason: str
    note: str = ""


def intervene(
    prescription: Prescription, *, word: Word, key: str, by: Member, at: datetime
) -> Intervention:
    """Write to the prescriber: the mail only says that something waits, the page says what.

    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {"prescription": str(prescription.public_id), "word": repr(word)}
    with audit.acting("dispensation.intervention", by=by):
        if before := once.guard(by=by, key=key, action="dispensation.intervention", body=body):
            return Intervention.objects.get(pk=before)
        made = _write(prescription, word, by, at)
        mail.queue_intervention(made, at=at)
        audit.record(
            "dispensation.intervention",
            made,
            by=by,
            subject=str(prescription.enrolment.public_id),
            kind=word.kind,
            motive=word.reason,
        )
        once.done(by=by, key=key, target=made.pk)
    return made


def _write(prescription: Prescription, word: Word, by: Member, at: datetime) -> Intervention:
    made = Intervention(
        prescription=prescription,
        pharmacy=by.site,
        kind=word.kind,
        reason=word.reason,
        recorded_at=at,
        recorded_by=by,
    )
    if word.note:
        key_id = prescription.enrolment.key_id
        made.note_sealed = keys.seal(key_id, word.note.encode(), aad=note_aad(made))
    made.save(force_insert=True)
    return made


def note_aad(made: Intervention) -> str:
    return f"pharmacies.Intervention {made.public_id} note"


def note_of(made: Intervention) -> str:
    """What was written to the prescriber; empty once the key is destroyed."""
    if made.note_sealed is None:
        return ""
    try:
        return keys.unseal(
            made.prescription.enrolment.key_id, bytes(made.note_sealed), aad=note_aad(made)
        ).decode()
    except keys.KeyMissing:
        return ""
