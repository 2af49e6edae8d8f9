"""After a visit: the letter to the relay doctor, written and read, and what is set aside."""

from datetime import datetime

from accounts.models import Member
from core import audit, once
from followup import documents, mail
from followup.actions.checks import CannotHold, check_right, locked_enrolment
from followup.enums import DismissalReason, Piece, VisitStatus
from followup.models import Dismissal, Letter, LetterReading, Visit


# Everything that the letter tells.
_LOADED = (
    "held_by__user",
    "enrolment__patient__identity",
    "enrolment__site",
    "enrolment__programme",
    "enrolment__indication",
    "enrolment__relay_doctor__user",
    "enrolment__relay_doctor__site",
)


class CannotClose(Exception):
    """The message is in French and may be shown."""


def write_letter(visit: Visit, *, by: Member, at: datetime, key: str) -> Letter:
    """Write to the relay doctor whom the patient chose; the newest letter is the one that counts.

    :raises CannotClose: nothing was written
    :raises once.AnotherBody: the same form was recorded with other content
    :raises core.pdf.PdfUnavailable: a library of the system is missing; nothing was written
    """
    with audit.acting("visit.letter_written", by=by):
        body = {"visit": visit.public_id}
        before = once.guard(by=by, key=key, action="visit.letter_written", body=body)
        if before is not None:
            return Letter.objects.get(public_id=before)
        locked = _locked(visit, by, at)
        letter = _letter(locked, by=by, at=at)
        subject = str(locked.enrolment.public_id)
        audit.record("visit.letter_written", locked, by=by, subject=subject)
        once.done(by=by, key=key, target=letter.public_id)
    return letter


def _letter(visit: Visit, *, by: Member, at: datetime) -> Letter:
    addressee = visit.enrolment.relay_doctor
    if addressee is None:
        raise CannotClose("Le patient n’a pas désigné de médecin relais.")
    # Under another role too: nobody writes to themselves.
    if addressee.pk == by.stands_for_id or addressee.user_id == by.user_id:
        raise CannotClose("Vous êtes le médecin relais de ce patient.")
    paper = documents.make_letter(visit, to=addressee, by=by, on=by.site.local_day(at), at=at)
    letter = Letter.objects.create(
        visit=visit,
        addressee=addressee,
        paper=paper.public_id,
        written_by=by,
        written_at=at,
    )
    mail.queue_letter(letter, at=at)
    return letter


def read_letter(letter: Letter, *, by: Member, at: datetime) -> LetterReading:
    """The relay doctor of the patient opens it: the first reading stays, the mail is not sent any
    more.

    :raises CannotClose: the patient chose somebody else meanwhile; nothing was written
    """
    with audit.acting("visit.letter_read", by=by):
        if not Letter.objects.received_by(by).filter(pk=letter.pk).exists():
            raise CannotClose("Le patient a désigné un autre médecin relais.")
        said = {"read_by": by, "read_at": at}
        found, is_new = LetterReading.objects.get_or_create(letter=letter, defaults=said)
        if is_new:
            mail.withdraw_letter(letter)
            subject = str(letter.visit.enrolment.public_id)
            audit.record("visit.letter_read", letter, by=by, subject=subject)
    return found


def dismiss(
    visit: Visit, piece: Piece, reason: DismissalReason, *, by: Member, at: datetime
) -> Dismissal:
    """Set a piece of a visit aside, with a reason; set aside twice, the first reason stays.

    :raises CannotClose: nothing was written
    """
    with audit.acting("visit.piece_dismissed", by=by, reason=reason.value):
        locked = _locked(visit, by, at)
        said = {"reason": reason, "dismissed_by": by, "dismissed_at": at}
        found, is_new = Dismissal.objects.get_or_create(visit=locked, piece=piece, defaults=said)
        if is_new:
            subject = str(locked.enrolment.public_id)
            audit.record(
                "visit.piece_dismissed",
                locked,
                by=by,
                subject=subject,
                piece=piece.value,
                reason=reason.value,
            )
    return found


def _locked(visit: Visit, by: Member, at: datetime) -> Visit:
    """The visit as it is now, its enrolment locked first.

    :raises CannotClose: it was not held, or is not of those this member may hold
    """
    locked_enrolment(visit.enrolment_id)
    rows = Visit.objects.select_related(*_LOADED).select_for_update(of=("self",))
    locked = rows.get(pk=visit.pk)
    if locked.status != VisitStatus.DONE:
        raise CannotClose("Cette consultation n’est pas enregistrée.")
    try:
        check_right(locked, by, by.site.local_day(at))
    except CannotHold as refusal:
        raise CannotClose(str(refusal)) from refusal
    return locked
