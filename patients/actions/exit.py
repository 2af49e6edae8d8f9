from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError

from accounts.models import Member
from core import audit
from core.db import violated_constraint
from patients import rules, texts
from patients.actions import hooks
from patients.actions.locks import lock_enrolment
from patients.actions.nir import erase_nir
from patients.enums import ConsentKind, EndReason
from patients.enums import EnrolmentState as State
from patients.models import Enrolment, Reopening
from programmes.enums import ParticipationBasis


class CannotEnd(Exception):
    """The message is in French and may be shown."""


def mark_treated(enrolment: Enrolment, *, on: date) -> None:
    """Stamp the first prescription: called by `prescriptions` inside its own act."""
    Enrolment.objects.filter(pk=enrolment.pk, first_treated_on=None).update(first_treated_on=on)


def mark_each_treated(treated: Iterable[tuple[Enrolment, date]]) -> None:
    """The first prescriptions that an older register tells of."""
    rows = []
    for enrolment, on in treated:
        enrolment.first_treated_on = on
        rows.append(enrolment)
    Enrolment.objects.bulk_update(rows, ["first_treated_on"], batch_size=500)


def end(
    enrolment: Enrolment, *, reason: EndReason, on: date, weaning: bool, by: Member, at: datetime
) -> Enrolment:
    """Record an exit. Death closes at once, a weaning too; after another reason tapering may go on.

    :raises CannotEnd: already out, or a date outside the participation; nothing is written
    """
    with audit.acting("enrolment.ended", by=by, reason=reason):
        locked = lock_enrolment(enrolment)
        target = rules.state_after_exit(reason=reason, weaning=weaning)
        if not rules.may_leave(State(locked.state), reason=reason, target=target):
            raise CannotEnd("La sortie de ce patient est déjà enregistrée.")
        today = by.site.local_day(at)
        if refusal := rules.exit_refusal(on=on, included_on=locked.included_on, today=today):
            raise CannotEnd(refusal)
        locked.state, locked.ended_on, locked.end_reason = target, on, reason
        locked.end_recorded_at = at
        locked.save(update_fields=["state", "ended_on", "end_reason", "end_recorded_at"])
        if reason == EndReason.CONSENT_WITHDRAWN:
            standing = locked.consents.in_hand()
            if standing.filter(signed_on__gt=on).exists():
                raise CannotEnd("Un consentement a été signé après cette date.")
            erase_nir(locked, by=by)
            standing.update(withdrawn_on=on)
        for hook in hooks.ON_ENDED:
            hook([locked], by, at)
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
            hook([locked], by, at)
        audit.record("enrolment.weaned", locked, by=by, subject=str(locked.public_id))
    return locked


# --- An exit recorded by mistake --------------------------------------------------------------

REOPENING = "patients.Reopening.reason"


def reopen(enrolment: Enrolment, reason: str, *, by: Member, at: datetime) -> Enrolment:
    """Undo an exit that was a mistake: the participation goes on as if it had not been recorded.

    It is no new start, and asks no opening of the inclusions (`domain.md` 1.1, 27 March 2024).

    :raises CannotEnd: with the reason; nothing is written
    """
    try:
        with audit.acting("enrolment.reopened", by=by):
            locked = lock_enrolment(enrolment)
            if refusal := _reopen_refusal(locked, reason, by.site.local_day(at)):
                raise CannotEnd(refusal)
            _reopen(locked, reason, by, at)
            audit.record("enrolment.reopened", locked, by=by, subject=str(locked.public_id))
    except IntegrityError as error:
        if violated_constraint(error) != "patients_one_live_enrolment":
            raise
        raise CannotEnd(
            "Ce patient participe de nouveau au programme sous un autre numéro."
        ) from error
    return locked


def _reopen_refusal(locked: Enrolment, reason: str, today: date) -> str:
    ends_on = locked.programme.ends_on
    needs_consent = locked.programme.participation_basis == ParticipationBasis.CONSENT
    consents = locked.consents.in_hand().filter(kind=ConsentKind.PARTICIPATION)
    return rules.reopen_refusal(
        state=locked.state,
        reason=reason,
        is_over=ends_on is not None and today > ends_on,
        consents=not needs_consent or consents.exists(),
    )


def _reopen(locked: Enrolment, reason: str, by: Member, at: datetime) -> None:
    assert locked.ended_on is not None  # noqa: S101 - a check constraint says it
    Reopening.objects.create(
        enrolment=locked,
        reason_sealed=texts.seal(locked, REOPENING, reason),
        was_state=locked.state,
        was_ended_on=locked.ended_on,
        was_end_reason=locked.end_reason,
        was_recorded_at=locked.end_recorded_at or at,
        reopened_at=at,
        reopened_by=by,
    )
    locked.state, locked.ended_on, locked.end_reason = State.ACTIVE, None, ""
    locked.end_recorded_at = None
    locked.save(update_fields=["state", "ended_on", "end_reason", "end_recorded_at"])
    for hook in hooks.ON_REOPENED:
        hook(locked, by, at)
