"""Every change of a visit. Nothing else writes these rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member
from core import audit, drafts, keys, once
from followup import items, questionnaires, rules
from followup.enums import DateSource, Decision, NotDoneReason, Timing, VisitStatus
from followup.models import Answers, Visit, VisitQuerySet
from followup.questionnaires import Part
from patients.enums import ConsentKind, EnrolmentState
from patients.models import Consent, Enrolment
from programmes.enums import VisitKind
from programmes.models import Accreditation, VisitDefinition


class CannotHold(Exception):
    """The message is in French and may be shown to the doctor; `field` tells where.

    `answers`: what is wrong, by questionnaire code and item code.
    """

    def __init__(
        self,
        message: str,
        field: str = "",
        answers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.answers = answers or {}


@dataclass(frozen=True)
class Held:
    """What the doctor says of a visit."""

    held_on: date
    mode: str
    decision: str
    stop_reason: str = ""
    timing_reason: str = ""
    next_on: date | None = None
    comment: str = ""
    # Questionnaire code → item code → value.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Once:
    """The key of the form that was sent, its content, and the draft that it empties."""

    key: str
    body: Mapping[str, object]
    draft: str = ""
    begun_at: datetime | None = None


# --- The calendar ----------------------------------------------------------------------------


def schedule(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """Plan the visits of the programme, from the definitions in force at inclusion.

    Called inside the transaction of the inclusion (`patients.actions.ON_INCLUDED`); called twice,
    it plans nothing more. `at` is part of the hook's signature.
    """
    del at
    definitions = VisitDefinition.objects.in_force(enrolment.included_on).filter(
        programme=enrolment.programme_id
    )
    planned = [_planned(enrolment, one) for one in definitions.order_by("offset_months", "pk")]
    with audit.context("visits.scheduled", by=by):
        Visit.objects.bulk_create(planned, ignore_conflicts=True)
    audit.record("visits.scheduled", enrolment, by=by, count=len(planned))


def _planned(enrolment: Enrolment, definition: VisitDefinition) -> Visit:
    due_on = rules.due_on(enrolment.included_on, definition.offset_months)
    opens_on, closes_on = rules.window(
        due_on, definition.window_before_days, definition.window_after_days
    )
    return Visit(
        enrolment=enrolment,
        definition=definition,
        code=definition.code,
        kind=definition.kind,
        due_on=due_on,
        opens_on=opens_on,
        closes_on=closes_on,
        date_source=DateSource.DEFINITION,
    )


def close(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """Close what is still planned: the patient left (`patients.actions.ON_ENDED`)."""
    del at
    planned = Visit.objects.filter(enrolment=enrolment, status=VisitStatus.PLANNED)
    with audit.context("visits.closed", by=by):
        closed = planned.update(status=VisitStatus.CLOSED)
    audit.record("visits.closed", enrolment, by=by, count=closed)


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
        enrolment = _locked(visit.enrolment_id)
        locked = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
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
        locked = _locked(enrolment.pk)
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


def _locked(enrolment_id: int) -> Enrolment:
    enrolments = Enrolment.objects.select_related("site", "programme")
    return enrolments.select_for_update(of=("self",)).get(pk=enrolment_id)


def _record(visit: Visit, said: Held, once_only: Once, *, by: Member, at: datetime) -> None:
    today = by.site.local_day(at)
    _check_right(visit, by, today)
    _check_dates(visit, said, today)
    _check_decision(visit, said, today)
    parts = questionnaires.asked(visit.enrolment, visit.kind, said.held_on)
    _check_answers(parts, said)
    key = keys.open_key(visit.enrolment.key_id)
    visit.status = VisitStatus.DONE
    visit.held_on, visit.held_by, visit.recorded_at = said.held_on, by, at
    visit.mode, visit.decision, visit.stop_reason = said.mode, said.decision, said.stop_reason
    visit.timing_reason, visit.next_on = said.timing_reason, said.next_on
    visit.entry_seconds = rules.entry_seconds(once_only.begun_at, at)
    visit.comment_sealed = questionnaires.seal_text(key, visit, "comment", said.comment)
    visit.save()
    Answers.objects.bulk_create(_answers(visit, part, said, key) for part in parts)
    _supersede(visit)
    if said.next_on:
        _give_appointment(visit, said.next_on)
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


def _check_right(visit: Visit, by: Member, today: date) -> None:
    enrolment = visit.enrolment
    theirs = {
        Role.REFERENCE_DOCTOR: enrolment.site_id == by.site_id,
        Role.RELAY_DOCTOR: enrolment.relay_doctor_id == by.pk,
    }
    if not theirs.get(Role(by.role), False):
        raise CannotHold("Ce patient n’est pas suivi par vous.")
    if not rules.may_hold(visit.kind, by.role):
        raise CannotHold(
            "Une consultation complexe est tenue par un médecin de la structure de référence."
        )
    accredited = Accreditation.objects.in_force(today).filter(
        member=by, programme=enrolment.programme_id
    )
    if not accredited.exists():
        raise CannotHold("Votre habilitation à ce programme n’est pas en vigueur.")


def _check_dates(visit: Visit, said: Held, today: date) -> None:
    enrolment = visit.enrolment
    if said.held_on > today:
        raise CannotHold("Une consultation à venir ne s’enregistre pas.", "held_on")
    if said.held_on < enrolment.included_on:
        raise CannotHold(
            f"Le patient a été inclus le {enrolment.included_on:%d/%m/%Y}\u202f: "
            "la consultation ne peut pas être antérieure.",
            "held_on",
        )
    if enrolment.state == EnrolmentState.CANCELLED:
        raise CannotHold("Cette inclusion a été annulée.")
    gone = enrolment.state == EnrolmentState.ENDED and enrolment.ended_on
    if gone and said.held_on > gone:
        raise CannotHold(f"Le patient est sorti du programme le {gone:%d/%m/%Y}.", "held_on")
    _check_consent(enrolment, said.held_on)


def _check_consent(enrolment: Enrolment, on: date) -> None:
    """Withdrawn: nothing more is written in the registry. A programme may ask for none."""
    consents = Consent.objects.filter(enrolment=enrolment, kind=ConsentKind.PARTICIPATION)
    withdrawn = consents.filter(withdrawn_on__lte=on).order_by("-withdrawn_on").first()
    if withdrawn and withdrawn.withdrawn_on and not consents.standing(on).exists():
        raise CannotHold(
            "Le patient a retiré son consentement au registre le "
            f"{withdrawn.withdrawn_on:%d/%m/%Y}\u202f: la consultation n’y est plus enregistrée."
        )


def _check_decision(visit: Visit, said: Held, today: date) -> None:
    if (said.decision == Decision.STOP) != bool(said.stop_reason):
        raise CannotHold(
            "Indiquez le motif de l’arrêt, et seulement en cas d’arrêt.", "stop_reason"
        )
    if said.next_on and said.next_on <= said.held_on:
        raise CannotHold("La prochaine consultation vient après celle-ci.", "next_on")
    moment = Timing(visit.timing)
    if rules.reason_needed(moment, said.held_on, today) and not said.timing_reason:
        bounds = (visit.opens_on, visit.closes_on)
        raise CannotHold(rules.reason_wanted(moment, bounds), "timing_reason")


def _check_answers(parts: list[Part], said: Held) -> None:
    wrong = {
        part.code: items.problems(part.items, said.answers.get(part.code, {})) for part in parts
    }
    wrong = {code: problems for code, problems in wrong.items() if problems}
    if unknown := said.answers.keys() - {part.code for part in parts}:
        wrong |= {code: {"": "Questionnaire non demandé à cette date."} for code in unknown}
    if wrong:
        raise CannotHold("Certaines réponses ne sont pas valables.", answers=wrong)


def _answers(visit: Visit, part: Part, said: Held, key: keys.DataKey) -> Answers:
    given = items.kept(part.items, said.answers.get(part.code, {}))
    words = items.free_texts(part.items)
    texts = {code: value for code, value in given.items() if code in words}
    return Answers(
        visit=visit,
        version=part.version,
        data={code: value for code, value in given.items() if code not in words},
        texts_sealed=questionnaires.seal_texts(key, visit, part.code, texts),
    )


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
        enrolment = _locked(visit.enrolment_id)
        locked = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        today = by.site.local_day(at)
        if locked.status != VisitStatus.PLANNED:
            raise CannotMiss("Cette consultation n’est plus à venir.")
        if today < locked.opens_on:
            raise CannotMiss(f"Sa fenêtre ne s’ouvre que le {locked.opens_on:%d/%m/%Y}.")
        locked.status, locked.not_done_reason = VisitStatus.NOT_DONE, reason
        locked.save(update_fields=["status", "not_done_reason"])
        audit.record(
            "visit.not_done",
            locked,
            by=by,
            subject=str(enrolment.public_id),
            reason=reason.value,
        )
