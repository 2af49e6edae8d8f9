"""Correcting a visit that was held: never without a reason, and every version stays in history."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Member
from core import audit, drafts, keys, once
from core.keys import DataKey
from followup import questionnaires, rules
from followup.actions.checks import (
    CannotHold,
    Held,
    Once,
    answers,
    check_answers,
    check_dates,
    check_decision,
    check_right,
    locked_enrolment,
    locked_visit,
)
from followup.enums import CorrectionReason, Timing, VisitStatus
from followup.models import Answers, Visit
from followup.questionnaires import Part


@dataclass(frozen=True)
class Correction:
    """Why the visit is corrected; `seen`: the stamp of the version that the page showed."""

    reason: CorrectionReason
    note: str
    seen: str


def correct(
    visit: Visit, said: Held, why: Correction, *, once_only: Once, by: Member, at: datetime
) -> str:
    """Write what a held visit should have said; return its public id.

    The questionnaires stay those that were asked then, and the next appointment is not moved.

    :raises CannotHold: nothing was written
    :raises once.AnotherBody: the same form was recorded with other content
    """
    with audit.acting("visit.corrected", by=by, reason=why.reason.value):
        body = {"visit": visit.public_id, **once_only.body}
        if before := once.guard(by=by, key=once_only.key, action="visit.corrected", body=body):
            return before
        enrolment = locked_enrolment(visit.enrolment_id)
        locked = locked_visit(visit.pk)
        locked.enrolment = enrolment
        _check(locked, why)
        said = replace(said, next_on=locked.next_on)
        _write(locked, said, why, by=by, at=at)
        if once_only.draft and by.user_id is not None:
            drafts.remove(by.user_id, once_only.draft, at=at)
        subject, reason = str(enrolment.public_id), why.reason.value
        audit.record("visit.corrected", locked, by=by, subject=subject, reason=reason)
        once.done(by=by, key=once_only.key, target=locked.public_id)
    return str(locked.public_id)


def _check(visit: Visit, why: Correction) -> None:
    if visit.status != VisitStatus.DONE:
        raise CannotHold("Seule une consultation enregistrée se corrige.")
    if why.seen != visit.stamp:
        raise CannotHold(
            "Cette consultation a été corrigée depuis que la page a été ouverte. Rouvrez-la pour "
            "voir ce qui a changé\u202f: votre saisie est gardée dans le brouillon."
        )
    if why.reason == CorrectionReason.OTHER and not why.note:
        raise CannotHold("Précisez le motif de la correction.", "correction_note")


def _write(visit: Visit, said: Held, why: Correction, *, by: Member, at: datetime) -> None:
    of = questionnaires.whom(visit.enrolment, visit.code)
    asked = {row.pk: (row, Part(row.version, of)) for row in _answered(visit)}
    check_right(visit, by, by.site.local_day(at))
    check_dates(visit, said, by.site.local_day(at))
    if visit.timing != Timing.UNSCHEDULED:
        visit.timing = rules.timing(said.held_on, visit.opens_on, visit.closes_on)
    # Late typing is judged by the day of the first entry: a correction is late by nature.
    check_decision(visit, said, by.site.local_day(visit.recorded_at or at))
    check_answers([part for _, part in asked.values()], said)
    key = keys.open_key(visit.enrolment.key_id)
    changed = _say(visit, said, key)
    for row, part in asked.values():
        changed |= _answer(row, answers(visit, part, said, key), visit, part, key)
    if not changed:
        raise CannotHold("Rien n’a changé\u202f: aucune correction n’est à enregistrer.")
    visit.corrected_at, visit.correction_reason = at, why.reason
    visit.correction_note_sealed = questionnaires.seal_text(key, visit, "correction", why.note)
    visit.save()


def _answered(visit: Visit) -> list[Answers]:
    rows = Answers.objects.filter(visit=visit).select_related("version__questionnaire")
    return list(rows.order_by("pk"))


def _say(visit: Visit, said: Held, key: DataKey) -> bool:
    """Write what is said on the row; whether something is no longer the same."""
    fields = ("held_on", "mode", "decision", "stop_reason", "timing_reason")
    changed = any(getattr(visit, name) != getattr(said, name) for name in fields)
    for name in fields:
        setattr(visit, name, getattr(said, name))
    comment = questionnaires.open_text(key, visit, "comment", visit.comment_sealed)
    if comment != said.comment:
        visit.comment_sealed = questionnaires.seal_text(key, visit, "comment", said.comment)
    return changed or comment != said.comment


def _answer(row: Answers, new: Answers, visit: Visit, part: Part, key: DataKey) -> bool:
    """Replace the answers of one questionnaire when they differ."""
    was, now = (
        questionnaires.open_text(key, visit, part.code, one.texts_sealed) for one in (row, new)
    )
    if (row.data, row.reasons, was) == (new.data, new.reasons, now):
        return False
    row.data, row.reasons = new.data, new.reasons
    if was != now:
        row.texts_sealed = new.texts_sealed
    row.save(update_fields=["data", "reasons", "texts_sealed"])
    return True
