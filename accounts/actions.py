"""Who may enter, under which roles, with which proofs. Nothing else writes these rows."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F

from accounts.enums import Profession, Role
from accounts.models import ApiToken, Member, Site, User
from core import audit, blind, identifiers, throttle
from core.db import violated_constraint


# Seconds: a quarter of an hour. No legal source: ADR 0010.
WINDOW_SECONDS = 900
# Wrong passwords in the window. The first alone would let a crowd of machines guess for ever, the
# second alone would let any stranger shut a person out from their own machine: ADR 0010.
TRIES_BY_ACCOUNT_AND_SOURCE = 5
TRIES_BY_ACCOUNT = 20
TRIES_BY_SOURCE = 50

# Bytes of a token: nobody guesses it, so a plain digest is enough to keep.
TOKEN_BYTES = 32
TOKEN_PREFIX = "recann_"  # noqa: S105  a mark that secret scanners find


class Refused(Exception):
    """The message is in French and may be shown."""


class CannotOpenAccount(Refused):
    pass


class CannotGiveRole(Refused):
    pass


class CannotIssueToken(Refused):
    pass


class CannotChangePassword(Refused):
    """`messages` holds one sentence for each rule that is not met."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def agent(user: User) -> audit.Agent:
    """The person before any role is chosen."""
    return audit.Agent(user_id=user.pk)


# --- Password --------------------------------------------------------------------------------


def check_password(identifier: str, password: str, *, source: str, at: datetime) -> User | None:
    """Return the account both belong to. Unknown, closed, wrong and throttled are one answer."""
    who = "".join(identifier.split()).lower()
    pair = f"{who} {source}"
    free = _may_try(who, pair, source, at)
    user = authenticate(identifier=identifier, password=password)
    if not free or not isinstance(user, User):
        action = "sign_in.password_refused" if free else "sign_in.throttled"
        audit.record(action, by=audit.Agent(), account=_trace(who), source=_trace(source))
        return None
    throttle.forget("sign_in account source", pair)
    throttle.forget("sign_in account", who)
    throttle.take_back("sign_in source", source)
    audit.record(
        "sign_in.password_ok", user, by=agent(user), account=_trace(who), source=_trace(source)
    )
    return user


def _may_try(who: str, pair: str, source: str, at: datetime) -> bool:
    """Count the attempt three times; every count is made, whatever the others say."""
    counts = [
        ("sign_in account source", pair, TRIES_BY_ACCOUNT_AND_SOURCE),
        ("sign_in account", who, TRIES_BY_ACCOUNT),
        ("sign_in source", source, TRIES_BY_SOURCE),
    ]
    verdicts = [
        throttle.allowed(name, key, limit=limit, seconds=WINDOW_SECONDS, at=at)
        for name, key, limit in counts
    ]
    return all(verdicts)


def _trace(value: str) -> str:
    """What lets two lines of the journal be recognised as one account, or one address."""
    return blind.index("sign_in", value).hex()


def change_password(user: User, new: str) -> None:
    """Set another password; every other session of the person ends.

    :raises CannotChangePassword: with one sentence a rule
    """
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise CannotChangePassword(error.messages) from error
    with audit.acting("password.changed", by=agent(user)):
        user.set_password(new)
        user.save(update_fields=["password"])
        audit.record("password.changed", user, by=agent(user))


def end_sessions(user: User) -> None:
    """Every open session of the person ends at its next request."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


# --- Accounts and roles ----------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """What is known of somebody when their account is opened."""

    email: str
    last_name: str
    profession: Profession
    first_name: str = ""
    rpps: str = ""
    specialty: str = ""
    phone: str = ""


def open_account(person: Person, *, by: audit.Actor) -> User:
    """Open an account without password: nobody signs in before one is set.

    :raises CannotOpenAccount: the RPPS is wrong, or an account has it or the address already
    """
    if person.rpps and not identifiers.rpps_ok(person.rpps):
        raise CannotOpenAccount("Ce numéro RPPS n’est pas valide\u202f: vérifiez ses 11 chiffres.")
    user = User(
        email=person.email.strip().lower(),
        rpps=person.rpps,
        last_name=person.last_name,
        first_name=person.first_name,
        profession=person.profession,
        specialty=person.specialty,
        phone=person.phone,
    )
    user.set_unusable_password()
    try:
        with audit.acting("account.opened", by=by):
            user.save()
            audit.record("account.opened", user, by=by)
    except IntegrityError as error:
        if violated_constraint(error) == "accounts_user_rpps_unique":
            raise CannotOpenAccount("Un compte existe déjà avec ce numéro RPPS.") from error
        if "email" in violated_constraint(error):
            raise CannotOpenAccount("Un compte existe déjà avec cette adresse.") from error
        raise
    return user


def close_account(user: User, *, by: audit.Actor) -> None:
    """Nobody signs in with it any more; its open sessions end."""
    with audit.acting("account.closed", by=by):
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
        audit.record("account.closed", user, by=by)


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
    """The role ends; it is refused from the next request on. Ending it twice changes nothing."""
    with audit.acting("role.ended", by=by):
        locked = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
        if locked.ended_on is not None:
            return
        locked.ended_on = on
        locked.save(update_fields=["ended_on"])
        audit.record("role.ended", locked, by=by, role=locked.role)


# --- Tokens of the API -----------------------------------------------------------------------


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def issue_token(member: Member, *, by: audit.Actor, at: datetime) -> str:
    """Return a new token, shown once: only its digest is kept.

    :raises CannotIssueToken: the membership is ended, or is not that of a program
    """
    if member.role != Role.API_CLIENT:
        raise CannotIssueToken("Seul un client de l’API reçoit un jeton.")
    if member.ended_on is not None:
        raise CannotIssueToken("Ce client de l’API n’est plus habilité.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    with audit.acting("api_token.issued", by=by):
        kept = ApiToken.objects.create(member=member, digest=token_digest(token), created_at=at)
        audit.record("api_token.issued", kept, by=by, member=member.pk)
    return token


def revoke_token(token: ApiToken, *, by: audit.Actor, at: datetime) -> None:
    """The token opens nothing from its next use on. Revoking twice keeps the first instant."""
    with audit.acting("api_token.revoked", by=by):
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            audit.record("api_token.revoked", token, by=by, member=token.member_id)
