"""A visit that is held, one that is not."""

from datetime import date, datetime

from django.db.models import Q

from accounts.models import Member
from core import audit, drafts, keys, once
from followup import preparing, questionnaires, rules
from followup.actions import patient_links, renewals, searches
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
from followup.enums import DateSource, NotDoneReason, Outcome, Timing, VisitStatus
from followup.models import Answers, Visit, VisitQuerySet
from patients.models import Enrolment
from programmes.enums import VisitKind


# --- Holding a visit -------------------------------------------------------------------------


def hold(visit: Visit, said: Held, *, once_only: Once, by: Member, at: datetime) -> str:
    """Record a planned visit; return its public id.

    :raises CannotHold: nothing was written
    :raises once.AnotherBody: the same form was recorded with other content
    """
    with audit.acting("visit.held", by=by):
        body = {"visit": visit.public_id, **once_only.body}
        if before := once.guard(by=by, key=once_only.key, action="visit.held", body=body):
            return before
        enrolment = locked_enrolment(visit.enrolment_id)
        locked = locked_visit(visit.pk)
        locked.enrolment = enrolment
        if locked.status != VisitStatus.PLANNED:
            raise CannotHold("Cette consultation n’est plus à enregistrer.")
        locked.timing = rules.timing(said.held_on, locked.opens_on, locked.closes_on)
        _record(locked, said, once_only, by=by, at=at)
    return str(locked.public_id)


def hold_unscheduled(
    enrolment: Enrolment, said: Held, *, once_only: Once, by: Member, at: datetime
) -> str:
    """Record a simple visit that nothing planned; return its public id.

    :raises CannotHold: nothing was written
    """
    with audit.acting("visit.held", by=by):
        body = {"enrolment": enrolment.public_id, **once_only.body}
        if before := once.guard(by=by, key=once_only.key, action="visit.held", body=body):
            return before
        locked = locked_enrolment(enrolment.pk)
        visit = Visit(
            enrolment=locked,
            kind=VisitKind.SIMPLE,
            due_on=said.held_on,
            opens_on=said.held_on,
            closes_on=said.held_on,
            date_source=DateSource.UNSCHEDULED,
            timing=Timing.UNSCHEDULED,
        )
        _record(visit, said, once_only, by=by, at=at)
    return str(visit.public_id)


def _record(visit: Visit, said: Held, once_only: Once, *, by: Member, at: datetime) -> None:
    today = by.site.local_day(at)
    check_right(visit, by, today)
    check_dates(visit, said, today)
    check_decision(visit, said, today)
    parts = questionnaires.asked(visit.enrolment, visit.kind, said.held_on, visit.code)
    check_answers(parts, said)
    key = keys.open_key(visit.enrolment.key_id)
    _fill(visit, said)
    visit.status, visit.held_by, visit.recorded_at = VisitStatus.DONE, by, at
    visit.entry_seconds = rules.entry_seconds(once_only.begun_at, at)
    visit.prepared_by = preparing.take_over(visit, planned=visit.pk is not None)
    visit.comment_sealed = questionnaires.seal_text(key, visit, "comment", said.comment)
    visit.save()
    Answers.objects.bulk_create(answers(visit, part, said, key) for part in parts)
    patient_links.close(visit, once_only.accepted, at=at)
    _move_calendar(visit, said.next_on, today)
    searches.end(visit.enrolment, Outcome.FOUND, by=by, at=at)
    if once_only.draft and by.user_id is not None:
        drafts.remove(by.user_id, once_only.draft, at=at)
    audit.record(
        "visit.held",
        visit,
        by=by,
        subject=str(visit.enrolment.public_id),
        decision=visit.decision,
        timing=visit.timing,
    )
    once.done(by=by, key=once_only.key, target=visit.public_id)


def _fill(visit: Visit, said: Held) -> None:
    visit.held_on, visit.mode = said.held_on, said.mode
    visit.decision, visit.stop_reason = said.decision, said.stop_reason
    visit.timing_reason, visit.next_on = said.timing_reason, said.next_on


def _move_calendar(visit: Visit, next_on: date | None, today: date) -> None:
    _supersede(visit)
    if next_on:
        _give_appointment(visit, next_on)
    renewals.plan(visit.enrolment, today=today)


def _supersede(visit: Visit) -> None:
    """Mark not done what was planned before the visit that has just been held.

    A visit of the calendar is passed over by a later one of the calendar only; an appointment, by
    any visit held on its day or later.
    """
    passed = Q(definition=None, due_on__lte=visit.held_on)
    if visit.definition_id is not None:
        passed |= Q(definition__isnull=False, due_on__lt=visit.due_on)
    _still_planned(visit).filter(passed).update(
        status=VisitStatus.NOT_DONE, not_done_reason=NotDoneReason.SUPERSEDED
    )


def _still_planned(visit: Visit) -> "VisitQuerySet":
    planned = Visit.objects.filter(enrolment=visit.enrolment_id, status=VisitStatus.PLANNED)
    return planned.exclude(pk=visit.pk)


def _give_appointment(visit: Visit, next_on: date) -> None:
    """Move the visit of the calendar whose window holds the date given, or plan a simple one."""
    planned = _still_planned(visit)
    # An earlier appointment is replaced.
    planned.filter(definition=None).update(status=VisitStatus.CLOSED)
    inside = planned.filter(
        definition__isnull=False, opens_on__lte=next_on, closes_on__gte=next_on
    ).order_by("due_on")
    if found := inside.first():
        found.due_on, found.date_source = next_on, DateSource.NEXT_DATE
        found.save(update_fields=["due_on", "date_source"])
        return
    days = rules.APPOINTMENT_WINDOW_DAYS
    opens_on, closes_on = rules.window(next_on, days, days)
    Visit.objects.create(
        enrolment=visit.enrolment,
        kind=VisitKind.SIMPLE,
        due_on=next_on,
        opens_on=opens_on,
        closes_on=closes_on,
        date_source=DateSource.NEXT_DATE,
    )


# --- A visit that does not take place --------------------------------------------------------


class CannotMiss(Exception):
    """The message is in French and may be shown."""


def mark_not_done(visit: Visit, reason: NotDoneReason, *, by: Member, at: datetime) -> None:
    """Say that an expected visit did not take place, and why.

    :raises CannotMiss: it is no longer planned, or its window has not opened
    """
    with audit.acting("visit.not_done", by=by, reason=reason.value):
        enrolment = locked_enrolment(visit.enrolment_id)
        locked = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        today = by.site.local_day(at)
        if locked.status != VisitStatus.PLANNED:
            raise CannotMiss("Cette consultation n’est plus à venir.")
        if today < locked.opens_on:
            raise CannotMiss(f"Sa fenêtre ne s’ouvre que le {locked.opens_on:%d/%m/%Y}.")
        locked.status, locked.not_done_reason = VisitStatus.NOT_DONE, reason
        locked.save(update_fields=["status", "not_done_reason"])
        renewals.plan(enrolment, today=today)
        audit.record(
            "visit.not_done",
            locked,
            by=by,
            subject=str(enrolment.public_id),
            reason=reason.value,
        )
