"""Tokens of the API: how a program enters."""

import hashlib
import secrets
from datetime import datetime, timedelta

from accounts.actions.refusal import Refused
from accounts.enums import Role
from accounts.models import ApiToken, Member
from core import audit


# Bytes of a token: nobody guesses it, so a plain digest is enough to keep.
TOKEN_BYTES = 32
TOKEN_PREFIX = "recann_"  # noqa: S105  a mark that secret scanners find
# No legal source: a year at most, then somebody looks again (ADR 0099).
TOKEN_DAYS = 365
# A token reads statistics and nothing else: a program's, or that of a person who reads them.
TOKEN_ROLES = frozenset({Role.API_CLIENT, Role.ANALYST, Role.READER})


class CannotIssueToken(Refused):
    pass


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def issue_token(
    member: Member, *, days: int = TOKEN_DAYS, label: str = "", by: audit.Actor, at: datetime
) -> str:
    """Return a new token, shown once: only its digest is kept. It opens nothing after `days`.

    :raises CannotIssueToken: the membership is ended, or reads no statistics
    """
    if member.role not in TOKEN_ROLES:
        raise CannotIssueToken("Ce rôle ne lit pas les statistiques : il n’a pas de jeton.")
    if member.ended_on is not None:
        raise CannotIssueToken("Ce client de l’API n’est plus habilité.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    with audit.acting("api_token.issued", by=by):
        kept = ApiToken.objects.create(
            member=member,
            digest=token_digest(token),
            label=label,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        audit.record("api_token.issued", kept, by=by, member=member.pk)
    return token


def revoke_token(token: ApiToken, *, by: audit.Actor, at: datetime) -> None:
    """The token opens nothing from its next use on. Revoking twice keeps the first instant."""
    with audit.acting("api_token.revoked", by=by):
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            audit.record("api_token.revoked", token, by=by, member=token.member_id)
