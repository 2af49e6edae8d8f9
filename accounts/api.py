"""How a program enters: a token of its membership, and the same table of rights as people."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.actions import token_digest
from accounts.enums import Permission
from accounts.models import NOBODY, ApiToken, Member, User
from accounts.permissions import allows
from core import audit


if TYPE_CHECKING:  # rest_framework.views reads the settings, which name this module
    from rest_framework.views import APIView

KEYWORD = b"bearer"


class MemberTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. No token, no session and no cookie opens the API."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Set `request.member`; None when no token is shown at all.

        :raises AuthenticationFailed: malformed, unknown, revoked and closed are one answer
        """
        _set_member(request, NOBODY)
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD:
            return None
        token = _valid_token(words[1]) if len(words) == 2 else None
        if token is None:
            audit.record("api.refused", by=audit.Agent())
            raise AuthenticationFailed("Jeton refusé.")
        _set_member(request, token.member)
        return token.member.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="ReCann"'


class MayReadStatistics(BasePermission):
    message = "Ce jeton ne permet pas de lire les statistiques."

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        return allows(getattr(request, "member", NOBODY), Permission.STATISTICS_READ)


def _valid_token(shown: bytes) -> ApiToken | None:
    digest = token_digest(shown.decode("ascii", "replace"))
    valid = ApiToken.objects.valid().select_related("member__user", "member__site")
    return valid.filter(digest=digest).first()


def _set_member(request: Request, member: Member) -> None:
    """On DRF's request and on the one below it, where the rest of the code looks."""
    below: HttpRequest = request._request  # noqa: SLF001  DRF names it so and documents it
    request.member = member  # type: ignore[attr-defined]
    below.member = member  # type: ignore[attr-defined]
