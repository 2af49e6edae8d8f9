from accounts.views.enrol import enrol_totp
from accounts.views.links import forgotten, link, link_sent
from accounts.views.me import (
    backup_codes,
    close_other_sessions,
    close_session,
    me,
    new_backup_codes,
    password,
    sessions,
)
from accounts.views.resets import reset_factors
from accounts.views.roles import choose
from accounts.views.sign_in import csrf_failure, second_factor, session, sign_in, sign_out


__all__ = [
    "backup_codes",
    "choose",
    "close_other_sessions",
    "close_session",
    "csrf_failure",
    "enrol_totp",
    "forgotten",
    "link",
    "link_sent",
    "me",
    "new_backup_codes",
    "password",
    "reset_factors",
    "second_factor",
    "session",
    "sessions",
    "sign_in",
    "sign_out",
]
