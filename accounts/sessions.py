"""What a session holds, beside what Django and django-otp keep in it.

public_id, device, path  what its owner sees of it: `accounts.session_store` copies them to its row
started_at, touched_at   instants of the second factor and of the last recorded use (seconds)
member_id, memberships   the role chosen, and among how many
proved_at                instant of the first signature: `accounts.step_up`
next                     where the person was going
new_codes                backup codes not noted yet
totp_secret              secret proposed, not confirmed yet, sealed
fresh_proof              by what, and when, somebody proved who they are before they sign
psc, provider_sid        Pro Santé Connect: the subject, its id token (sealed), its own session
psc_pending              where the person was going when they left for it
situations, situation…   practice situations it names, and the one chosen
passkey_register, …      challenges of passkeys under way
opened_link              link that this browser opened from a mail
link                     link by which another factor may be enrolled
"""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django_otp import DEVICE_ID_SESSION_KEY, devices_for_user

from accounts import words
from accounts.models import Member, User
from accounts.session_store import SessionStore


# Seconds between the password and the second factor. No legal source: ADR 0010.
WAITING_SECONDS = 600
# By what a session was opened: both are of equal strength, and the journal tells them apart.
LOCAL, PRO_SANTE_CONNECT = "local", "psc"


def wait_for_factor(session: SessionBase, *, next_url: str) -> None:
    """The password is right: the second factor must follow soon."""
    session.set_expiry(WAITING_SECONDS)
    session["next"] = next_url


def begin(session: SessionBase, *, at: datetime, user_agent: str = "", path: str = LOCAL) -> None:
    """The second factor is right: both limits start now, and a new key closes the earlier one."""
    session.cycle_key()
    session.set_expiry(None)
    session["public_id"] = str(uuid4())
    session["device"], session["path"] = words.device(user_agent), path
    session["started_at"] = session["touched_at"] = int(at.timestamp())


def choose(session: SessionBase, member: Member, *, among: int) -> None:
    """Act under this role from now on. What was proved under another one is proved again."""
    if session.get("member_id") not in {None, member.pk}:
        session.cycle_key()
        session.pop("proved_at", None)
    session["member_id"] = member.pk
    session["memberships"] = among


def seconds_left(session: SessionBase, *, at: datetime) -> int:
    """How long the session lasts if nothing more is asked: the nearer of the two limits."""
    started_at = session.get("started_at")
    if started_at is None:
        return 0
    now = int(at.timestamp())
    until_end = started_at + settings.SESSION_ABSOLUTE_AGE - now
    idle = session["touched_at"] + settings.SESSION_COOKIE_AGE - now
    return int(max(min(idle, until_end), 0))


# --- Without the pages: demonstration and tests ----------------------------------------------


class CannotMint(Exception):
    """The message is in French and may be shown."""


def mint(user: User, *, at: datetime) -> str:
    """Open a session of both factors under the person's first role; returns its key.

    The caller has checked that this is a demonstration or a test.

    :raises CannotMint: no factor, or no role
    """
    device = next(iter(devices_for_user(user)), None)
    members = list(Member.objects.open().filter(user=user).order_by("started_on", "pk"))
    if device is None or not members:
        raise CannotMint("Ce compte n’a pas de second facteur, ou pas de rôle ouvert.")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    begin(session, at=at)
    choose(session, members[0], among=len(members))
    session.save()
    return str(session.session_key)
