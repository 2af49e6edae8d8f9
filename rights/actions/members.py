"""The cascade: the manager names the referents, a referent opens and ends the rights of a site."""

from dataclasses import dataclass
from datetime import datetime

from accounts import actions as accounts
from accounts.enums import Profession, Role, SiteKind
from accounts.models import Member, Site, User
from core import audit
from programmes.models import Accreditation, Programme
from rights import mail, rules


class CannotChangeRights(Exception):
    """The message is in French and may be shown."""


@dataclass(frozen=True)
class Right:
    """What is given: a role at a site, with or without the charge of its referent."""

    site: Site
    role: Role
    as_referent: bool = False


def give(right: Right, user: User, *, by: Member, at: datetime) -> Member:
    """Open a right to somebody who has an account, for the programmes of whoever gives it.

    :raises CannotChangeRights: nothing was written
    """
    _check_give(right, Profession(user.profession), by, is_self=user.pk == by.user_id)
    if not user.is_active:
        raise CannotChangeRights("Ce compte est fermé.")
    today = right.site.local_day(at)
    with audit.acting("role.given", by=by):
        try:
            member = accounts.give_role(user, right.site, right.role, by=by, on=today)
        except accounts.CannotGiveRole as refusal:
            raise CannotChangeRights(str(refusal)) from refusal
        if right.as_referent:
            _set_referent(member, True, by=by)
        Accreditation.objects.bulk_create(
            Accreditation(member=member, programme=programme, started_on=today)
            for programme in Programme.objects.visible_to(by).order_by("pk")
        )
        accounts.end_sessions(user)
        mail.role_given(member, at=at)
    return member


def give_to_newcomer(right: Right, person: accounts.Person, *, by: Member, at: datetime) -> Member:
    """Open the account of somebody, invite them by mail, and open the right with it.

    :raises CannotChangeRights: nothing was written
    """
    _check_give(right, person.profession, by, is_self=False)
    with audit.acting("account.opened", by=by):
        try:
            user = accounts.open_account(person, by=by)
        except accounts.CannotOpenAccount as refusal:
            raise CannotChangeRights(str(refusal)) from refusal
        accounts.invite(user, by=by, at=at)
        return give(right, user, by=by, at=at)


def _check_give(right: Right, profession: Profession, by: Member, *, is_self: bool) -> None:
    refusal = rules.refusal_to_give(
        _giver(by, right.site, is_self=is_self),
        kind=SiteKind(right.site.kind),
        role=right.role,
        profession=profession,
        as_referent=right.as_referent,
    )
    if refusal:
        raise CannotChangeRights(refusal)


def _giver(by: Member, site: Site, *, is_self: bool) -> rules.Giver:
    return rules.Giver(
        is_manager=by.role == Role.MANAGER,
        is_self=is_self,
        manages_site=Site.objects.managed_by(by).filter(pk=site.pk).exists(),
    )


def end(member: Member, *, confirmed: bool = False, by: Member, at: datetime) -> None:
    """End a membership at once, and with it the substitutions that stand for it.

    :param confirmed: the site may stay without a referent
    :raises CannotChangeRights: nothing was written
    """
    with audit.acting("role.ended", by=by):
        locked = _locked(member)
        if locked.ended_on is not None:
            return
        _check_end(locked, confirmed, by)
        today = max(locked.site.local_day(at), locked.started_on)
        accounts.end_role(locked, by=by, on=today)
        for row in Accreditation.objects.filter(member=locked, ended_on=None):
            row.ended_on = max(today, row.started_on)
            row.save(update_fields=["ended_on"])
        accounts.end_sessions(locked.user)
        mail.role_ended(locked, at=at)


def name_referent(member: Member, *, by: Member, at: datetime) -> None:
    """Give the charge of referent to a member.

    :raises CannotChangeRights: nothing was written
    """
    with audit.acting("referent.named", by=by):
        locked = _locked(member)
        if by.role != Role.MANAGER:
            raise CannotChangeRights(rules.ONLY_MANAGER)
        if locked.user_id == by.user_id:
            raise CannotChangeRights(rules.OWN)
        if locked.ended_on is not None or locked.replaces_id is not None:
            raise CannotChangeRights("Cette personne n’est pas un membre en titre de ce lieu.")
        _change_referent(locked, True, by=by, at=at)


def withdraw_referent(member: Member, *, confirmed: bool = False, by: Member, at: datetime) -> None:
    """Take the charge back; the membership stays.

    :raises CannotChangeRights: nothing was written
    """
    with audit.acting("referent.withdrawn", by=by):
        locked = _locked(member)
        if by.role != Role.MANAGER:
            raise CannotChangeRights(rules.ONLY_MANAGER)
        _check_end(locked, confirmed, by)
        _change_referent(locked, False, by=by, at=at)


def _change_referent(member: Member, value: bool, *, by: Member, at: datetime) -> None:
    """Twice is once: no mail, no line of the journal."""
    if member.is_referent == value:
        return
    _set_referent(member, value, by=by)
    accounts.end_sessions(member.user)
    mail.referent_changed(member, at=at)


def _set_referent(member: Member, value: bool, *, by: Member) -> None:
    member.is_referent = value
    member.save(update_fields=["is_referent"])
    audit.record("referent.named" if value else "referent.withdrawn", member, by=by)


def _check_end(member: Member, confirmed: bool, by: Member) -> None:
    others = Member.objects.referents_of(member.site).exclude(pk=member.pk)
    refusal = rules.refusal_to_end(
        _giver(by, member.site, is_self=member.user_id == by.user_id),
        is_referent=member.is_referent,
        other_referents=others.count() if member.is_referent else 0,
        is_confirmed=confirmed,
    )
    if refusal:
        raise CannotChangeRights(refusal)


def _locked(member: Member) -> Member:
    """The site first: two managers cannot take its last two referents away at one instant."""
    Site.objects.select_for_update(of=("self",)).get(pk=member.site_id)
    members = Member.objects.select_related("user", "site").select_for_update(of=("self",))
    return members.get(pk=member.pk)
