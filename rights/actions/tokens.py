"""Tokens of the API, as their owner makes and revokes them."""

from datetime import datetime

from accounts import actions as accounts
from accounts.enums import Permission, Role
from accounts.models import Member
from accounts.permissions import allows


def issue(owner: Member, *, label: str, days: int, by: Member, at: datetime) -> str:
    """Return a new token, shown once.

    :param owner: oneself; or a program, for the programme manager
    :raises accounts.CannotIssueToken: nothing was written
    """
    manages = by.role == Role.MANAGER and owner.role == Role.API_CLIENT
    if owner.pk != by.pk and not manages:
        raise accounts.CannotIssueToken("Ce jeton serait celui d’un autre.")
    if not allows(owner, Permission.STATISTICS_READ):
        raise accounts.CannotIssueToken("Ce rôle ne lit pas les statistiques.")
    return accounts.issue_token(owner, label=label, days=days, by=by, at=at)
