"""Links sent by mail: an invitation, a password forgotten, a factor to enrol again."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from accounts import mail
from accounts.actions.passwords import all_allowed, set_password, trace
from accounts.actions.refusal import Refused, agent
from accounts.actions.sessions import end_sessions
from accounts.actions.tokens import token_digest
from accounts.enums import LinkKind, Profession
from accounts.models import AccountLink, User
from core import audit


# How long each opens, counted from its mail. Three days for an invitation: security.md S10. The
# two others have no legal source: ADR 0016.
LIFE = {
    LinkKind.INVITATION: timedelta(hours=72),
    LinkKind.PASSWORD: timedelta(minutes=30),
    LinkKind.FACTOR: timedelta(hours=24),
}
# Requests in the window. The first spares a mailbox, the second spares the mail server.
ASKED_BY_ACCOUNT, ASKED_BY_SOURCE, WINDOW_SECONDS = 3, 20, 3600


# The number of no account: as much is asked of the database for unknown people.
NOBODY = -1


class CannotInvite(Refused):
    pass


class LinkIsDead(Refused):
    """Unknown, used, replaced and too old are one answer."""

    def __init__(self) -> None:
        super().__init__("Ce lien n’est plus valable.")


def open_link(user: User, kind: LinkKind, *, at: datetime) -> AccountLink:
    """Leave a link to be mailed; an earlier one of this kind opens nothing any more."""
    _lock(user.pk)
    AccountLink.objects.open().filter(user=user, kind=kind).update(ended_at=at)
    return AccountLink.objects.create(user=user, kind=kind, created_at=at)


def _lock(user_id: int) -> None:
    """Of two links asked at the same instant, the second ends the first."""
    User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()


# --- Invitation ------------------------------------------------------------------------------


def invite(user: User, *, by: audit.Actor, at: datetime) -> AccountLink:
    """Send the link by which a person sets a first password, then a second factor.

    Whoever calls this has checked the identity and the right to practise of the person. Inviting
    again ends the earlier invitation.

    :raises CannotInvite: the account is closed, is a program's, or has its password already
    """
    if not user.is_active:
        raise CannotInvite("Ce compte est fermé\u202f: il ne peut pas être invité.")
    if user.profession == Profession.PROGRAM:
        raise CannotInvite("Un programme informatique n’a pas de mot de passe.")
    if user.has_usable_password():
        raise CannotInvite("Cette personne a déjà choisi son mot de passe.")
    with audit.acting("account.invited", by=by):
        link = open_link(user, LinkKind.INVITATION, at=at)
        audit.record("account.invited", user, by=by)
    return link


# --- Password forgotten ----------------------------------------------------------------------


def ask_new_password(identifier: str, *, source: str, at: datetime) -> None:
    """Ask for a link. Known, unknown, closed and too many are one answer and one time."""
    who = "".join(identifier.split()).lower()
    counts = [("link account", who, ASKED_BY_ACCOUNT), ("link source", source, ASKED_BY_SOURCE)]
    free = all_allowed(counts, seconds=WINDOW_SECONDS, at=at)
    user = User.objects.known_as(who)
    mine = user if free and user is not None and _has_password(user) else None
    with audit.acting("password.asked", by=audit.Agent()):
        asker = mine.pk if mine is not None else NOBODY
        _lock(asker)
        ended = AccountLink.objects.open().filter(user=asker, kind=LinkKind.PASSWORD)
        ended.update(ended_at=at)
        AccountLink.objects.create(user=mine, kind=LinkKind.PASSWORD, created_at=at)
        audit.record("password.asked", by=audit.Agent(), account=trace(who), source=trace(source))


def _has_password(user: User) -> bool:
    """Whoever never chose one is invited again by their administrator: that checks who they are."""
    return user.is_active and user.has_usable_password()


# --- Mailing ---------------------------------------------------------------------------------


def mail_link(pk: int, *, at: datetime) -> bool:
    """Queue the mail of one link; False if another worker has it, or if it is to nobody."""
    with transaction.atomic():
        waiting = AccountLink.objects.to_mail().filter(pk=pk)
        link = waiting.select_for_update(of=("self",), skip_locked=True).first()
        if link is None:
            return False
        if link.user is None:
            link.delete()
            return False
        token = secrets.token_urlsafe(32)
        link.digest, link.sent_to = token_digest(token), link.user.email
        link.mailed_at, link.expires_at = at, at + LIFE[LinkKind(link.kind)]
        link.save(update_fields=["digest", "sent_to", "mailed_at", "expires_at"])
        mail.queue_link(link, token, at=at)
    return True


# --- Opening ---------------------------------------------------------------------------------


def link_of(token: str, *, at: datetime) -> AccountLink | None:
    """What the token opens now, without using it up."""
    valid = AccountLink.objects.valid(at).select_related("user")
    return valid.filter(digest=token_digest(token)).first()


def _use(link: AccountLink, at: datetime) -> User:
    """Use the link up; of two parallel requests one is refused."""
    used = AccountLink.objects.valid(at).filter(pk=link.pk).select_for_update(of=("self",)).first()
    if used is None or used.user is None:
        raise LinkIsDead
    AccountLink.objects.filter(pk=link.pk).update(used_at=at)
    return used.user


def accept_invitation(link: AccountLink, password: str, *, at: datetime) -> User:
    """Set the first password of an invited person; the second factor comes next.

    :raises LinkIsDead: used meanwhile
    :raises CannotChangePassword: with one sentence a rule
    """
    return _with_new_password(link, password, "account.accepted", at)


def reset_password(link: AccountLink, password: str, *, at: datetime) -> User:
    """Set another password. It signs nobody in, and the second factor stays.

    :raises LinkIsDead: used meanwhile
    :raises CannotChangePassword: with one sentence a rule
    """
    user = _with_new_password(link, password, "password.reset", at)
    mail.queue_notice(user, "password", at=at)
    return user


def _with_new_password(link: AccountLink, password: str, action: str, at: datetime) -> User:
    with transaction.atomic():
        user = _use(link, at)
        with audit.context(action, by=agent(user)):
            set_password(user, password)
            end_sessions(user)
            audit.record(action, user, by=agent(user))
    return user


def use_factor_link(pk: int, user: User, *, at: datetime) -> None:
    """The factor that the link allowed is enrolled.

    :raises LinkIsDead: used meanwhile
    """
    link = AccountLink.objects.filter(pk=pk, user=user, kind=LinkKind.FACTOR).first()
    if link is None:
        raise LinkIsDead
    _use(link, at)
