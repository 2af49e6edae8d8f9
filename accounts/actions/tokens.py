"""Tokens of the API: how a program enters."""

import hashlib
import secrets
from datetime import datetime

from accounts.actions.refusal import Refused
from accounts.enums import Role
from accounts.models import ApiToken, Member
from core import audit


# Bytes of a token: nobody guesses it, so a plain digest is enough to keep.
TOKEN_BYTES = 32
TOKEN_PREFIX = "recann_"  # noqa: S105  a mark that secret scanners find


class CannotIssueToken(Refused):
    pass


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def issue_token(member: Member, *, by: audit.Actor, at: datetime) -> str:
    """Return a new token, shown once: only its digest is kept.

    :raises CannotIssueToken: the membership is ended, or is not that of a program
    """
    if member.role != Role.API_CLIENT:
        raise CannotIssueToken("Seul un client de l’API reçoit un jeton.")
    if member.ended_on is not None:
        raise CannotIssueToken("Ce client de l’API n’est plus habilité.")
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    with audit.acting("api_token.issued", by=by):
        kept = ApiToken.objects.create(member=member, digest=token_digest(token), created_at=at)
        audit.record("api_token.issued", kept, by=by, member=member.pk)
    return token


def revoke_token(token: ApiToken, *, by: audit.Actor, at: datetime) -> None:
    """The token opens nothing from its next use on. Revoking twice keeps the first instant."""
    with audit.acting("api_token.revoked", by=by):
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            audit.record("api_token.revoked", token, by=by, member=token.member_id)
