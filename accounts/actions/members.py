"""Roles: a person, at a site."""

from datetime import date

from django.db import IntegrityError

from accounts.actions.refusal import Refused
from accounts.actions.sessions import end_sessions_of
from accounts.enums import Role
from accounts.models import Member, Site, User
from core import audit
from core.db import violated_constraint


class CannotGiveRole(Refused):
    pass


def give_role(user: User, site: Site, role: Role, *, by: audit.Actor, on: date) -> Member:
    """Let a person act under a role at a site.

    :raises CannotGiveRole: they hold it there already
    """
    try:
        with audit.acting("role.given", by=by):
            member = Member.objects.create(user=user, site=site, role=role, started_on=on)
            audit.record("role.given", member, by=by, role=str(role))
    except IntegrityError as error:
        if violated_constraint(error) != "accounts_member_open_once":
            raise
        raise CannotGiveRole("Cette personne a déjà ce rôle dans ce lieu.") from error
    return member


def end_role(member: Member, *, by: audit.Actor, on: date) -> None:
    """The role ends, and the sessions that act under it. Ending it twice changes nothing."""
    with audit.acting("role.ended", by=by):
        locked = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
        if locked.ended_on is not None:
            return
        locked.ended_on = on
        locked.save(update_fields=["ended_on"])
        end_sessions_of(locked)
        audit.record("role.ended", locked, by=by, role=locked.role)
