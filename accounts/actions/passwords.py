"""The first factor: a password, and how often it may be tried."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import mail
from accounts.actions.refusal import Refused, agent
from accounts.actions.sessions import end_sessions
from accounts.enums import LinkKind
from accounts.models import AccountLink, User
from core import audit, blind, throttle


# Seconds: a quarter of an hour. No legal source: ADR 0010.
WINDOW_SECONDS = 900
# Wrong passwords in the window. The first alone would let a crowd of machines guess for ever, the
# second alone would let any stranger shut a person out from their own machine: ADR 0010.
TRIES_BY_ACCOUNT_AND_SOURCE = 5
TRIES_BY_ACCOUNT = 20
TRIES_BY_SOURCE = 50


class CannotChangePassword(Refused):
    """`messages` holds one sentence for each rule that is not met."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def check_password(identifier: str, password: str, *, source: str, at: datetime) -> User | None:
    """Return the account both belong to. Unknown, closed, wrong and throttled are one answer."""
    who = "".join(identifier.split()).lower()
    pair = f"{who} {source}"
    free = _may_try(who, pair, source, at)
    user = authenticate(identifier=identifier, password=password)
    if not free or not isinstance(user, User):
        action = "sign_in.password_refused" if free else "sign_in.throttled"
        audit.record(action, by=audit.Agent(), account=trace(who), source=trace(source))
        return None
    throttle.forget("sign_in account source", pair)
    throttle.forget("sign_in account", who)
    throttle.take_back("sign_in source", source)
    # Whoever knows the password needs no other: a link asked meanwhile opens nothing any more.
    AccountLink.objects.open().filter(user=user, kind=LinkKind.PASSWORD).update(ended_at=at)
    audit.record(
        "sign_in.password_ok", user, by=agent(user), account=trace(who), source=trace(source)
    )
    return user


def _may_try(who: str, pair: str, source: str, at: datetime) -> bool:
    counts = [
        ("sign_in account source", pair, TRIES_BY_ACCOUNT_AND_SOURCE),
        ("sign_in account", who, TRIES_BY_ACCOUNT),
        ("sign_in source", source, TRIES_BY_SOURCE),
    ]
    return all_allowed(counts, seconds=WINDOW_SECONDS, at=at)


def all_allowed(counts: list[tuple[str, str, int]], *, seconds: int, at: datetime) -> bool:
    """Count an attempt under each name, key and limit: every count is made, whatever the others."""
    verdicts = [
        throttle.allowed(name, key, limit=limit, seconds=seconds, at=at)
        for name, key, limit in counts
    ]
    return all(verdicts)


def trace(value: str) -> str:
    """What lets two lines of the journal be recognised as one account, or one address."""
    return blind.index("sign_in", value).hex()


def set_password(user: User, new: str) -> None:
    """Write another password, inside the act that gives it.

    :raises CannotChangePassword: with one sentence a rule
    """
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise CannotChangePassword(error.messages) from error
    user.set_password(new)
    user.save(update_fields=["password"])


def change_password(user: User, new: str, *, at: datetime) -> None:
    """Set another password; every other session of the person ends.

    :raises CannotChangePassword: with one sentence a rule
    """
    with audit.acting("password.changed", by=agent(user)):
        set_password(user, new)
        end_sessions(user)
        audit.record("password.changed", user, by=agent(user))
        mail.queue_notice(user, "password", at=at)
