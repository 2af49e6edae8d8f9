"""Who may enter, under which roles, with which proofs. Nothing else writes these rows."""

from accounts.actions.accounts import CannotOpenAccount, Person, close_account, open_account
from accounts.actions.members import CannotGiveRole, end_role, give_role
from accounts.actions.passwords import CannotChangePassword, change_password, check_password
from accounts.actions.refusal import Refused, agent
from accounts.actions.sessions import end_sessions
from accounts.actions.tokens import CannotIssueToken, issue_token, revoke_token, token_digest


__all__ = [
    "CannotChangePassword",
    "CannotGiveRole",
    "CannotIssueToken",
    "CannotOpenAccount",
    "Person",
    "Refused",
    "agent",
    "change_password",
    "check_password",
    "close_account",
    "end_role",
    "end_sessions",
    "give_role",
    "issue_token",
    "open_account",
    "revoke_token",
    "token_digest",
]
