from accounts.views.enrol import enrol_totp
from accounts.views.links import forgotten, link, link_sent, opened_link
from accounts.views.me import (
    backup_codes,
    close_other_sessions,
    close_session,
    me,
    new_backup_codes,
    password,
    sessions,
)
from accounts.views.passkeys import (
    add_passkey,
    passkey_begin,
    passkey_prove,
    passkey_register,
    passkey_registered,
    passkey_sign_in,
    remove_passkey,
)
from accounts.views.psc import (
    psc_again,
    psc_logout,
    psc_return,
    psc_start,
    signed_out,
    situation,
)
from accounts.views.resets import invite_again, reset_factors
from accounts.views.roles import choose
from accounts.views.sign_in import back, csrf_failure, second_factor, session, sign_in, sign_out


__all__ = [
    "add_passkey",
    "back",
    "backup_codes",
    "choose",
    "close_other_sessions",
    "close_session",
    "csrf_failure",
    "enrol_totp",
    "forgotten",
    "invite_again",
    "link",
    "link_sent",
    "me",
    "new_backup_codes",
    "opened_link",
    "passkey_begin",
    "passkey_prove",
    "passkey_register",
    "passkey_registered",
    "passkey_sign_in",
    "password",
    "psc_again",
    "psc_logout",
    "psc_return",
    "psc_start",
    "remove_passkey",
    "reset_factors",
    "second_factor",
    "session",
    "sessions",
    "sign_in",
    "sign_out",
    "signed_out",
    "situation",
]
