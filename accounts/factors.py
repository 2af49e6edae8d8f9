"""The second factor: an application that shows one-time codes, and backup codes on paper.

Passkeys, the third kind, stand in `accounts.passkeys`.
"""

import secrets
import time
from base64 import b32encode
from binascii import unhexlify
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp import devices_for_user, user_has_device
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import mail
from accounts.actions import agent, close_reset, end_sessions, hold, use_factor_link
from accounts.models import TotpDevice, User
from core import audit, keys, throttle


# Attempts in the window, by person. Five of three codes in a million each quarter of an hour.
TRIES, WINDOW_SECONDS = 5, 900
# RFC 4226 section 4 recommends 160 bits.
SECRET_BYTES = 20
CODES = 10
# 10 characters of 31: 49 bits. Without those that one misreads on paper (0 o, 1 i l).
CODE_LENGTH = 10
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class CannotEnrol(Exception):
    """The message is in French and may be shown."""


def has_factor(user: User) -> bool:
    """Whether a second factor is enrolled: then nothing opens without it."""
    return bool(user_has_device(user))


def has_code(user: User) -> bool:
    """Whether the person has a code to type: of an application, or on paper."""
    return TotpDevice.objects.filter(user=user).exists() or backup_codes_left(user) > 0


def application_of(user: User) -> TotpDevice | None:
    """The application in use."""
    found: TotpDevice | None = (
        TotpDevice.objects.filter(user=user).order_by("-created_at", "pk").first()
    )
    return found


def prove(user: User, typed: str, *, at: datetime) -> Device | None:
    """Return the factor that accepts the code, once; wrong and throttled are one answer.

    The rows are locked: of two parallel requests with the same code, one is refused.
    """
    if not throttle.allowed(
        "second_factor", str(user.pk), limit=TRIES, seconds=WINDOW_SECONDS, at=at
    ):
        audit.record("second_factor.throttled", by=agent(user))
        return None
    device = _accepting(user, "".join(char for char in typed if char.isalnum()).lower())
    if device is None:
        audit.record("second_factor.refused", by=agent(user))
        return None
    throttle.forget("second_factor", str(user.pk))
    kind = "backup_code" if isinstance(device, StaticDevice) else "one_time_code"
    audit.record("second_factor.ok", by=agent(user), kind=kind)
    return device


def _accepting(user: User, code: str) -> Device | None:
    is_one_time = code.isascii() and code.isdigit() and len(code) == 6
    with transaction.atomic():
        for device in devices_for_user(user, for_verify=True):
            if isinstance(device, StaticDevice):
                accepted = device.verify_token(_kept(user, code))
            else:  # a passkey has no code
                accepted = (
                    is_one_time and isinstance(device, TotpDevice) and device.verify_token(code)
                )
            if accepted:
                return device
    return None


# --- The application -------------------------------------------------------------------------


def new_secret() -> str:
    """A secret to propose, in hexadecimal; nothing is enrolled yet."""
    return secrets.token_hex(SECRET_BYTES)


def in_letters(secret: str) -> str:
    """The secret as one types it into an application: groups of four letters."""
    letters = b32encode(unhexlify(secret)).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def address(user: User, secret: str) -> str:
    """What the QR code holds: `otpauth://`, as every application reads it."""
    issuer = quote(settings.OTP_TOTP_ISSUER)
    letters = in_letters(secret).replace(" ", "")
    return f"otpauth://totp/{issuer}:{quote(user.email)}?secret={letters}&issuer={issuer}"


def keep_secret(user: User, secret: str, *, at: datetime, last_t: int = -1) -> TotpDevice:
    """Keep the secret of an application, encrypted, in place of any other of this person.

    The earlier key opens nothing any more: the nightly task destroys it.
    """
    key_id = keys.create_key("second factor")
    device = TotpDevice(user=user, key_id=key_id)
    kept: TotpDevice
    kept, _ = TotpDevice.objects.update_or_create(
        user=user,
        name="application",
        defaults={
            "key_id": key_id,
            "sealed": keys.seal(key_id, unhexlify(secret), aad=device.aad),
            "last_t": last_t,
            "drift": 0,
            "confirmed": True,
            "created_at": at,
        },
    )
    return kept


def enrol_totp(
    user: User, secret: str, code: str, *, at: datetime, link: int | None = None
) -> TotpDevice:
    """Enrol the application that shows this code, in place of any other; sessions end.

    :param link: the link that allowed it, after the factors were taken away
    :raises CannotEnrol: the code is not the one of the secret
    :raises LinkIsDead, SessionEnded: the link was used, the factors were changed meanwhile
    """
    counter = TOTP(unhexlify(secret))
    counter.time = time.time()
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and counter.verify(int(digits), tolerance=1)):
        raise CannotEnrol(
            "Ce code n’est pas le bon. Attendez le suivant dans l’application, puis saisissez-le."
        )
    with audit.acting("second_factor.enrolled", by=agent(user)):
        hold(user)
        device = keep_secret(user, secret, at=at, last_t=counter.t())
        enrolled(user, "application", at=at, link=link)
    return device


def enrolled(user: User, kind: str, *, at: datetime, link: int | None) -> None:
    """What follows each enrolment, in its transaction: the link is used, sessions end."""
    if link is not None:
        use_factor_link(link, user, at=at)
    close_reset(user, at=at)
    end_sessions(user)
    mail.queue_notice(user, "factor", at=at)
    audit.record("second_factor.enrolled", user, by=agent(user), kind=kind)


# --- Backup codes ----------------------------------------------------------------------------


def _kept(user: User, code: str) -> str:
    """What is kept of a backup code: it cannot be read back."""
    return salted_hmac("accounts.backup_code", f"{user.pk} {code}").hexdigest()[:16]


def _new_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def make_backup_codes(user: User) -> list[str]:
    """Return ten new codes, shown once; the earlier ones open nothing any more."""
    codes = [_new_code() for _ in range(CODES)]
    with audit.acting("backup_codes.made", by=agent(user)):
        # The device stays: a session opened with one of its codes names it.
        device, _ = StaticDevice.objects.get_or_create(user=user, name="backup codes")
        StaticToken.objects.filter(device__user=user).delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=_kept(user, code)) for code in codes
        )
        audit.record("backup_codes.made", user, by=agent(user))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def backup_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())
