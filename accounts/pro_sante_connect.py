"""Pro Santé Connect: OpenID Connect, code flow with PKCE, state and nonce (interop.md 4.2).

    return pro_sante_connect.start(request, next_url="/")
    proof = pro_sante_connect.finish(request)     # or a Refusal, whose text may be shown

Nothing of ours changes here; `accounts.actions.enter` says whose account it is.
"""

import time
from binascii import hexlify, unhexlify
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.integrations.requests_client import OAuth2Session
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from core import keys


# The only level there is: interop.md 4.2.
ACR = "eidas1"
# Signatures of a provider whose keys are published; never «none», never a shared secret.
ALGORITHMS = ["RS256", "PS256", "ES256"]
# Seconds for a whole exchange, whatever its number of requests: security.md F11.
PATIENCE = 5.0
# Seconds between two clocks: interop.md 4.2.
LEEWAY = 60
# Seconds during which what the provider publishes of itself is kept.
KEPT = 3600
# Seconds between leaving for the provider and coming back.
PENDING = 600
_AAD = "accounts.id_token"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Failures of the answer; those of the network are OSError, and RequestException is one.
INVALID = (OAuthError, JoseError, KeyError, TypeError, ValueError)


class Refusal(Exception):
    """Nobody is signed in. The message is in French; `cause` goes to the journal."""

    cause, status = "invalid", 400
    text = "La réponse de Pro Santé Connect n’a pas pu être vérifiée. Recommencez la connexion."

    def __init__(self) -> None:
        super().__init__(self.text)


class Unavailable(Refusal):
    cause, status = "unavailable", 503
    text = "Pro Santé Connect ne répond pas pour le moment."


class Weak(Refusal):
    cause, status = "weak", 403
    text = (
        "Pro Santé Connect n’a pas confirmé une authentification forte (niveau eidas1). "
        "Utilisez votre carte CPS ou l’application e-CPS."
    )


class Abandoned(Refusal):
    cause, status = "abandoned", 400
    text = "La connexion a été abandonnée chez Pro Santé Connect."


@dataclass(frozen=True)
class Proof:
    """A verified answer."""

    issuer: str
    claims: Mapping[str, Any]
    sid: str
    id_token: str = field(repr=False)
    next_url: str = "/"
    # When somebody signed in is asked again: the identity that must come back.
    again_for: str = ""


@dataclass(frozen=True)
class Logout:
    issuer: str
    subject: str
    sid: str
    jti: str


# When the exchange under way must be over.
_ends_at: ContextVar[float] = ContextVar("_ends_at")


class _Hurried(OAuth2Session):  # type: ignore[misc]  # Authlib has no types
    """All requests of one exchange share its patience."""

    def request(self, *args: Any, **kwargs: Any) -> object:
        left = _ends_at.get() - time.monotonic()
        return super().request(*args, **kwargs | {"timeout": max(left, 0.001)})


class _App(DjangoOAuth2App):  # type: ignore[misc]
    client_cls = _Hurried
    server_metadata: dict[str, Any]

    def load_server_metadata(self) -> dict[str, Any]:
        if time.time() - self.server_metadata.get("_loaded_at", 0) > KEPT:
            self.server_metadata = self.described()
        return self.server_metadata

    def described(self) -> dict[str, Any]:
        """What the provider says of itself now. Other threads go on with what was kept."""
        asking = copy(self)
        asking.server_metadata = {}
        metadata: dict[str, Any] = super(_App, asking).load_server_metadata()
        if metadata["issuer"] != settings.PSC_ISSUER:
            raise ValueError("another issuer")
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        return metadata

    def parse_id_token(self, *args: Any, **kwargs: Any) -> object:
        """Keys may have turned since they were fetched: look once more."""
        try:
            return super().parse_id_token(*args, **kwargs)
        except BadSignatureError:
            self.fetch_jwk_set(force=True)
            return super().parse_id_token(*args, **kwargs)


class _OAuth(OAuth):  # type: ignore[misc]
    oauth2_client_cls = _App


@lru_cache(maxsize=4)
def _app_of(issuer: str, discovery: str, client_id: str, secret: str, scope: str) -> _App:
    app: _App = _OAuth().register(
        "psc",
        server_metadata_url=issuer + discovery,
        client_id=client_id,
        client_secret=secret,
        client_kwargs={"scope": scope, "code_challenge_method": "S256"},
        authorize_params={"acr_values": ACR},
    )
    return app


def _app() -> _App:
    return _app_of(
        settings.PSC_ISSUER,
        settings.PSC_DISCOVERY,
        settings.PSC_CLIENT_ID,
        settings.PSC_CLIENT_SECRET,
        settings.PSC_SCOPE,
    )


def enabled() -> bool:
    return bool(settings.PSC_ISSUER)


def answers() -> bool:
    """Whether the provider tells who it is, now; what was kept of it does not count."""
    try:
        with _exchange():
            _app().described()
    except Refusal:
        return False
    return True


@contextmanager
def _exchange() -> Iterator[None]:
    """One conversation with the provider: all that may fail becomes a refusal."""
    token = _ends_at.set(time.monotonic() + PATIENCE)
    try:
        yield
    except (RequestException, OSError) as error:
        raise Unavailable from error
    except INVALID as error:
        raise Refusal from error
    finally:
        _ends_at.reset(token)


def start(request: HttpRequest, *, next_url: str, again_for: str = "") -> HttpResponse:
    """Send the browser to the provider.

    :param again_for: the subject that must prove itself again, now, whatever it proved before
    :raises Unavailable: the provider does not answer
    """
    fresh = {"prompt": "login", "max_age": 0} if again_for else {}
    address = settings.PUBLIC_URL + resolve_url("accounts:psc_return")
    with _exchange():
        answer: HttpResponse = _app().authorize_redirect(request, address, **fresh)
    request.session["psc_pending"] = {
        "next": next_url,
        "again_for": again_for,
        "at": int(time.time()),
    }
    return answer


def finish(request: HttpRequest) -> Proof:
    """Verify what the browser brought back: state, PKCE, nonce, signature, iss, aud, exp, acr.

    :raises Refusal: what was brought proves nothing; it serves once all the same
    """
    pending = request.session.pop("psc_pending", None)
    if pending is None or time.time() - pending["at"] > PENDING:
        raise Refusal
    if request.GET.get("error") == "access_denied":
        raise Abandoned
    with _exchange():
        token = _app().authorize_access_token(request, leeway=LEEWAY, claims_options=_expected())
        said = token["userinfo"]
        claims = _userinfo(token)
        if claims["sub"] != said["sub"]:
            raise ValueError("userinfo of somebody else")
    if said.get("acr") != ACR:
        raise Weak
    if pending["again_for"]:
        _check_freshness(said, pending)
    return Proof(
        issuer=settings.PSC_ISSUER,
        claims=claims,
        sid=str(said.get("sid", ""))[:120],
        id_token=token["id_token"],
        next_url=pending["next"],
        again_for=pending["again_for"],
    )


def _expected() -> dict[str, dict[str, Any]]:
    return {
        "iss": {"essential": True, "value": settings.PSC_ISSUER},
        "aud": {"essential": True, "value": settings.PSC_CLIENT_ID},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }


def _check_freshness(said: Mapping[str, Any], pending: Mapping[str, Any]) -> None:
    """Asked again: the same person, who proved it since they were asked."""
    auth_time = said.get("auth_time")
    if said["sub"] != pending["again_for"] or not isinstance(auth_time, int):
        raise Refusal
    if auth_time < pending["at"] - LEEWAY:
        raise Refusal


def _userinfo(token: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON, or as a signed JWT."""
    app = _app()
    answer = app.get(app.load_server_metadata()["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    if answer.headers.get("Content-Type", "").startswith("application/jwt"):
        return _verified(answer.text).claims
    claims: dict[str, Any] = answer.json()
    return claims


def _verified(text: str) -> jwt.Token:
    """A token signed by a key of the provider."""
    published = KeySet.import_key_set(_app().fetch_jwk_set())
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    return jwt.decode(text, published, registry=registry)


def seal(id_token: str) -> str:
    """Kept for signing out; the row of the session is not in clear."""
    return hexlify(keys.seal_passing(id_token.encode(), aad=_AAD)).decode()


def leaving_url(request: HttpRequest) -> str:
    """Where the browser goes to sign out of the provider too; "" when it cannot be told."""
    kept = request.session.get("psc")
    if not kept or not enabled():
        return ""
    try:
        id_token = keys.unseal_passing(unhexlify(kept["id_token"]), aad=_AAD).decode()
        with _exchange():
            address = _app().create_logout_url(
                post_logout_redirect_uri=settings.PUBLIC_URL + resolve_url("accounts:signed_out"),
                id_token_hint=id_token,
            )
    except (InvalidTag, Refusal, RuntimeError):
        # The wrapping keys were all changed, the provider is down, or it has no such address.
        return ""
    return str(address["url"])


def read_logout_token(text: str, *, now: int) -> Logout:
    """Verify a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6), but not that it is new.

    :raises Refusal: it is not one, not for us, or not recent
    """
    with _exchange():
        token = _verified(text)
        claims, kind = token.claims, token.header.get("typ", "logout+jwt")
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        rules = [
            # Keycloak writes «JWT» and says «Logout» inside.
            str(kind).lower() in {"logout+jwt", "jwt"},
            claims.get("typ", "Logout") == "Logout",
            claims["iss"] == settings.PSC_ISSUER,
            settings.PSC_CLIENT_ID in audience,
            abs(now - int(claims["iat"])) <= LEEWAY * 2,
            int(claims.get("exp", now)) >= now - LEEWAY,
            isinstance(dict(claims["events"])[LOGOUT_EVENT], dict),
            "nonce" not in claims,
            bool(claims.get("sub") or claims.get("sid")),
        ]
        if not all(rules):
            raise ValueError("not a logout token")
        return Logout(
            claims["iss"], str(claims.get("sub", "")), str(claims.get("sid", "")), claims["jti"]
        )
