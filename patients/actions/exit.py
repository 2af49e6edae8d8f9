from datetime import date, datetime

from accounts.models import Member
from core import audit
from patients import rules
from patients.actions import hooks
from patients.actions.locks import lock_enrolment
from patients.actions.nir import erase_nir
from patients.enums import EndReason
from patients.enums import EnrolmentState as State
from patients.models import Consent, Enrolment


class CannotEnd(Exception):
    """The message is in French and may be shown."""


def mark_treated(enrolment: Enrolment, *, on: date) -> None:
    """Stamp the first prescription: called by `prescriptions` inside its own act."""
    Enrolment.objects.filter(pk=enrolment.pk, first_treated_on=None).update(first_treated_on=on)


def end(
    enrolment: Enrolment, *, reason: EndReason, on: date, weaning: bool, by: Member, at: datetime
) -> Enrolment:
    """Record an exit. Death closes at once; after another reason tapering may go on.

    :raises CannotEnd: already out, or a date outside the participation; nothing is written
    """
    with audit.acting("enrolment.ended", by=by, reason=reason):
        locked = lock_enrolment(enrolment)
        target = rules.state_after_exit(reason=reason, weaning=weaning)
        if locked.state != State.ACTIVE or not rules.can_move(State(locked.state), target):
            raise CannotEnd("La sortie de ce patient est déjà enregistrée.")
        today = by.site.local_day(at)
        if refusal := rules.exit_refusal(on=on, included_on=locked.included_on, today=today):
            raise CannotEnd(refusal)
        locked.state, locked.ended_on, locked.end_reason = target, on, reason
        locked.end_recorded_at = at
        locked.save(update_fields=["state", "ended_on", "end_reason", "end_recorded_at"])
        if reason == EndReason.CONSENT_WITHDRAWN:
            erase_nir(locked, by=by)
            Consent.objects.filter(enrolment=locked, is_given=True, withdrawn_on=None).update(
                withdrawn_on=on
            )
        for hook in hooks.ON_ENDED:
            hook(locked, by, at)
        subject = str(locked.public_id)
        audit.record("enrolment.ended", locked, by=by, subject=subject, state=target.value)
    return locked


def finish_weaning(enrolment: Enrolment, *, by: Member, at: datetime) -> Enrolment:
    """Close the participation once tapering is over (or the patient died meanwhile).

    :raises CannotEnd: no tapering is going on
    """
    with audit.acting("enrolment.weaned", by=by):
        locked = lock_enrolment(enrolment)
        if locked.state != State.WEANING:
            raise CannotEnd("Aucun sevrage n’est en cours pour ce patient.")
        locked.state = State.ENDED
        locked.save(update_fields=["state"])
        for hook in hooks.ON_ENDED:
            hook(locked, by, at)
        audit.record("enrolment.weaned", locked, by=by, subject=str(locked.public_id))
    return locked
