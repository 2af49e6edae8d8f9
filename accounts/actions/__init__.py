"""Who may enter, under which roles, with which proofs. Nothing else writes these rows."""

from accounts.actions.accounts import CannotOpenAccount, Person, close_account, open_account
from accounts.actions.identities import UNNAMED, CannotEnter, end_provider_sessions, enter
from accounts.actions.links import (
    CannotInvite,
    LinkIsDead,
    accept_invitation,
    ask_new_password,
    invite,
    link_of,
    mail_link,
    reset_password,
    use_factor_link,
)
from accounts.actions.members import CannotGiveRole, end_role, give_role
from accounts.actions.passwords import (
    CannotChangePassword,
    change_password,
    check_password,
    trace,
)
from accounts.actions.refusal import Refused, agent
from accounts.actions.resets import CannotResetFactors, close_reset, must_use_link, reset_factors
from accounts.actions.sessions import (
    SessionEnded,
    close_other_sessions,
    close_session,
    end_sessions,
    end_sessions_of,
    hold,
)
from accounts.actions.tokens import CannotIssueToken, issue_token, revoke_token, token_digest


__all__ = [
    "UNNAMED",
    "CannotChangePassword",
    "CannotEnter",
    "CannotGiveRole",
    "CannotInvite",
    "CannotIssueToken",
    "CannotOpenAccount",
    "CannotResetFactors",
    "LinkIsDead",
    "Person",
    "Refused",
    "SessionEnded",
    "accept_invitation",
    "agent",
    "ask_new_password",
    "change_password",
    "check_password",
    "close_account",
    "close_other_sessions",
    "close_reset",
    "close_session",
    "end_provider_sessions",
    "end_role",
    "end_sessions",
    "end_sessions_of",
    "enter",
    "give_role",
    "hold",
    "invite",
    "issue_token",
    "link_of",
    "mail_link",
    "must_use_link",
    "open_account",
    "reset_factors",
    "reset_password",
    "revoke_token",
    "token_digest",
    "trace",
    "use_factor_link",
]
