from accounts.views.me import (
    backup_codes,
    enrol_totp,
    me,
    new_backup_codes,
    password,
)
from accounts.views.roles import choose
from accounts.views.sign_in import csrf_failure, second_factor, session, sign_in, sign_out


__all__ = [
    "backup_codes",
    "choose",
    "csrf_failure",
    "enrol_totp",
    "me",
    "new_backup_codes",
    "password",
    "second_factor",
    "session",
    "sign_in",
    "sign_out",
]
