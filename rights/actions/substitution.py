"""Somebody acts in place of another between two days: the right ends by its dates alone."""

from datetime import date, datetime

from django.db import IntegrityError

from accounts import actions as accounts
from accounts.enums import Role
from accounts.models import Member, User
from core import audit
from core.db import violated_constraint
from programmes.models import Programme
from rights import mail, rules
from training.entitlement import is_entitled


class CannotSubstitute(Exception):
    """The message is in French and may be shown beside the field it names."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def name_substitute(
    user: User, *, starts_on: date, until: date, by: Member, at: datetime
) -> Member:
    """Let that person act in the name's stead: same role, same place, same patients, own identity.

    :param starts_on: first day at the site, included
    :param until: last day at the site, included; nothing has to run for it to end
    :raises CannotSubstitute: nothing was written
    """
    _check(user, starts_on, until, by, by.site.local_day(at))
    try:
        with audit.acting("substitution.named", by=by):
            substitute = Member.objects.create(
                user=user,
                site=by.site,
                role=by.role,
                started_on=starts_on,
                until=until,
                replaces=by,
            )
            audit.record("substitution.named", substitute, by=by, starts_on=starts_on, until=until)
            mail.substitution_named(substitute, by, at=at)
    except IntegrityError as error:
        if violated_constraint(error) != "accounts_substitutes_once_at_a_time":
            raise
        message = "Cette personne vous remplace déjà à une partie de ces dates."
        raise CannotSubstitute("starts_on", message) from error
    return substitute


def _check(user: User, starts_on: date, until: date, by: Member, today: date) -> None:
    colleague = Member.objects.standing().own().filter(user=user, site=by.site, role=by.role)
    asked = rules.Substitution(
        is_self=user.pk == by.user_id,
        is_by_substitute=by.replaces_id is not None,
        same_profession=user.profession == by.user.profession,
        is_open=user.is_active and user.suspended_at is None,
        # At a practice each relay doctor has patients of their own.
        is_colleague=by.role != Role.RELAY_DOCTOR and colleague.exists(),
        starts_on=starts_on,
        until=until,
        today=today,
        untrained_for=_untrained_for(user, by, starts_on),
    )
    field, message = rules.substitution_refusal(asked)
    if message:
        raise CannotSubstitute(field, message)


def _untrained_for(user: User, by: Member, on: date) -> list[str]:
    programmes = Programme.objects.visible_to(by).order_by("name", "pk")
    return [one.short_name for one in programmes if not is_entitled(user, one, on)]


def stop(substitute: Member, *, by: Member, at: datetime) -> None:
    """End a substitution before its day. Stopping twice changes nothing."""
    with audit.acting("substitution.stopped", by=by):
        rows = Member.objects.select_related("user", "site", "replaces__user", "replaces__site")
        locked = rows.select_for_update(of=("self",)).get(pk=substitute.pk)
        if locked.ended_on is not None or locked.replaces is None:
            return
        locked.ended_on = max(locked.site.local_day(at), locked.started_on)
        locked.save(update_fields=["ended_on"])
        accounts.end_sessions(locked.user)
        audit.record("substitution.stopped", locked, by=by)
        mail.substitution_stopped(locked, locked.replaces, at=at)
