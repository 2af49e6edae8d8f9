"""After a visit: the letter to the relay doctor, and what is set aside."""

from datetime import datetime

from accounts.models import Member
from core import audit, once
from followup import documents
from followup.actions.checks import locked_enrolment
from followup.enums import DismissalReason, Piece, VisitStatus
from followup.models import Dismissal, Letter, Visit


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
        locked = _locked(visit)
        addressee = locked.enrolment.relay_doctor
        if addressee is None:
            raise CannotClose("Le patient n’a pas désigné de médecin relais.")
        if addressee.pk == by.stands_for_id:
            raise CannotClose("Vous êtes le médecin relais de ce patient.")
        today = by.site.local_day(at)
        paper = documents.make_letter(locked, to=addressee, by=by, on=today, at=at)
        letter = Letter.objects.create(
            visit=locked,
            addressee=addressee,
            paper=paper.public_id,
            written_by=by,
            written_at=at,
        )
        subject = str(locked.enrolment.public_id)
        audit.record("visit.letter_written", locked, by=by, subject=subject)
        once.done(by=by, key=key, target=letter.public_id)
    return letter


def dismiss(
    visit: Visit, piece: Piece, reason: DismissalReason, *, by: Member, at: datetime
) -> Dismissal:
    """Set a piece of a visit aside, with a reason; set aside twice, the first reason stays.

    :raises CannotClose: nothing was written
    """
    with audit.acting("visit.piece_dismissed", by=by, reason=reason.value):
        locked = _locked(visit)
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


def _locked(visit: Visit) -> Visit:
    """The visit as it is now, its enrolment locked first.

    :raises CannotClose: it was not held
    """
    locked_enrolment(visit.enrolment_id)
    rows = Visit.objects.select_related(*_LOADED).select_for_update(of=("self",))
    locked = rows.get(pk=visit.pk)
    if locked.status != VisitStatus.DONE:
        raise CannotClose("Cette consultation n’est pas enregistrée.")
    return locked
