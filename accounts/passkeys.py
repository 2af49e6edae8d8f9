"""Passkeys (WebAuthn), by django-otp-webauthn: registered, used and removed in our own pages.

The ceremony has two halves, each a request: `begin…` gives the browser a challenge and keeps it in
the session, `complete…` verifies what came back, once. The person is always verified by their
device (PIN, finger, face): a passkey is two factors in one (ASVS 6.3.3).
"""

import ipaddress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from django_otp_webauthn.utils import rewrite_exceptions
from webauthn.helpers.structs import UserVerificationRequirement

from accounts import factors, mail
from accounts.actions import agent, end_sessions, hold
from accounts.models import User
from core import audit, throttle


# Ceremonies completed in the window, by source: each costs the verification of a signature.
TRIES, WINDOW_SECONDS = 20, 900
# Of one person: enough for the devices of a career.
MOST = 10
STATES = {"register": "passkey_register", "authenticate": "passkey_authenticate"}


class Refused(Exception):
    """The message is in French and may be shown."""


class CannotRegister(Refused):
    pass


class NotAccepted(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Cette clé d’accès n’est pas acceptée. Réessayez, ou utilisez un autre moyen de "
            "connexion."
        )


class Helper(WebAuthnHelper):  # type: ignore[misc]  # the package has no types
    """`OTP_WEBAUTHN_HELPER_CLASS`: our names, our address, and the person always verified."""

    def get_relying_party_domain(self) -> str:
        return host(self.request)

    def get_allowed_origins(self) -> list[str]:
        return [origin(self.request)]

    def get_credential_display_name(self, user: User) -> str:
        return user.full_name

    def get_generate_registration_options_kwargs(self, *, user: User) -> dict[str, Any]:
        options: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        options["authenticator_selection"].user_verification = UserVerificationRequirement.REQUIRED
        return options


def host(request: HttpRequest) -> str:
    """The name that passkeys are bound to: in production the public one, whatever is asked."""
    if settings.SECURE:
        return settings.PUBLIC_URL.removeprefix("https://").partition(":")[0]
    return request.get_host().partition(":")[0]


def origin(request: HttpRequest) -> str:
    return settings.PUBLIC_URL if settings.SECURE else f"http://{request.get_host()}"


def usable(request: HttpRequest) -> bool:
    """Browsers know no passkey of a bare number."""
    try:
        ipaddress.ip_address(host(request))
    except ValueError:
        return True
    return False


def of(user: User) -> list[WebAuthnCredential]:
    return list(WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("pk"))


def has_any(user: User) -> bool:
    return bool(WebAuthnCredential.objects.filter(user=user, confirmed=True).exists())


# --- Registering -----------------------------------------------------------------------------


def begin_registration(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey."""
    if WebAuthnCredential.objects.filter(user=user).count() >= MOST:
        raise CannotRegister(f"Vous avez déjà {MOST} clés d’accès\u202f: retirez-en une d’abord.")
    options, state = Helper(request).register_begin(user=user)
    request.session[STATES["register"]] = state
    return dict(options)


def complete_registration(
    request: HttpRequest, user: User, answer: dict[str, Any], name: str, *, at: datetime
) -> WebAuthnCredential:
    """Keep the passkey that the browser made; every session of the person ends.

    :raises CannotRegister: what came back is not the answer to our challenge
    :raises LinkIsDead, SessionEnded: the link was used, the factors were changed meanwhile
    """
    state = request.session.pop(STATES["register"], None)
    if state is None:
        raise CannotRegister("L’enregistrement a expiré. Recommencez.")
    link = request.session.get("link")
    try:
        with audit.acting("second_factor.enrolled", by=agent(user)), rewrite_exceptions():
            hold(user)
            device = Helper(request).register_complete(user=user, state=state, data=answer)
            device.name = name
            device.save(update_fields=["name"])
            factors.enrolled(user, "passkey", at=at, link=link)
    except OTPWebAuthnApiError as error:
        raise CannotRegister("Cette clé d’accès n’a pas pu être vérifiée. Réessayez.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise CannotRegister("Cette clé d’accès n’a pas pu être lue. Réessayez.") from error
    return device


def remove(user: User, pk: int, *, at: datetime) -> None:
    """The passkey opens nothing any more; every session of the person ends.

    :raises Refused: it is their last factor
    :raises SessionEnded: their factors were changed meanwhile
    """
    with audit.acting("second_factor.removed", by=agent(user)):
        hold(user)
        device = WebAuthnCredential.objects.filter(user=user, pk=pk).first()
        if device is None:
            return
        others = WebAuthnCredential.objects.filter(user=user, confirmed=True).exclude(pk=pk)
        if not others.exists() and factors.application_of(user) is None:
            raise Refused(
                "C’est votre seul second facteur\u202f: enregistrez-en un autre avant de le "
                "retirer."
            )
        device.delete()
        end_sessions(user)
        mail.queue_notice(user, "factor_removed", at=at)
        audit.record("second_factor.removed", user, by=agent(user), kind="passkey")


# --- Proving ---------------------------------------------------------------------------------


def begin_proof(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """Return what the browser needs to use a passkey: one of this person's, or any."""
    options, state = Helper(request).authenticate_begin(user=user, require_user_verification=True)
    request.session[STATES["authenticate"]] = state
    return dict(options)


def complete_proof(
    request: HttpRequest, user: User | None, answer: dict[str, Any], *, at: datetime
) -> WebAuthnCredential:
    """Return the passkey that answered our challenge, once.

    :param user: whose it must be; None at sign-in, where it tells who it is
    :raises NotAccepted: unknown, of somebody else, of a closed account, replayed, too many
    """
    state = request.session.pop(STATES["authenticate"], None)
    if state is None:
        raise NotAccepted
    source = throttle.source_of(request)
    free = throttle.allowed("passkey", source, limit=TRIES, seconds=WINDOW_SECONDS, at=at)
    try:
        if not free:
            raise NotAccepted
        with transaction.atomic(), rewrite_exceptions():
            device = Helper(request).authenticate_complete(user=user, state=state, data=answer)
            if not device.confirmed or not device.user.is_active:
                raise NotAccepted
    except (NotAccepted, OTPWebAuthnApiError, KeyError, TypeError, ValueError) as error:
        by = agent(user) if user is not None else audit.Agent()
        audit.record("passkey.refused" if free else "passkey.throttled", by=by)
        raise NotAccepted from error
    throttle.take_back("passkey", source)
    audit.record("passkey.ok", by=agent(device.user))
    return device
