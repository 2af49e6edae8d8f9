"""Signing: whoever sits at the screen proves again that they are the person signed in.

    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid():   # last: a proof is used up by being checked
        actions.sign(…)

and `{% include "accounts/_step_up.html" with signature=signature only %}` in the form.

A code or a password is typed with the form. Pro Santé Connect and passkeys prove before it is
sent: `proved` leaves a proof in the session, good for one signature and a few minutes.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import demo, factors, passkeys, pro_sante_connect, sessions
from accounts.actions import agent
from accounts.forms import Asked, Means, SignatureForm
from accounts.middleware import account
from accounts.models import User
from core import audit, throttle


TRIES, WINDOW_SECONDS = 5, 900
# Seconds during which a proof given beforehand signs. No legal source: ADR 0017.
FRESH = 300
PRO_SANTE_CONNECT, PASSKEY = "Pro Santé Connect", "votre clé d’accès"

CODE_EXPECTED = (
    "Ce code n’est pas accepté. À la première signature de la session, saisissez le code à "
    "6 chiffres que montre votre application\u202f; un code ne sert qu’une fois."
)
REFUSED = "Ce mot de passe ou ce code n’est pas accepté. Un code ne sert qu’une fois."


def must_prove(request: HttpRequest) -> bool:
    """Whether the next signature is the first of the session: a password is not enough."""
    return "proved_at" not in request.session


def proved(request: HttpRequest, by: str) -> None:
    """The person has just proved who they are by other means than typing: the next form signs.

    The key of the session changes, as at each proof (ASVS 7.2.4).
    """
    request.session.cycle_key()
    request.session["fresh_proof"] = {"by": by, "at": int(timezone.now().timestamp())}


def signature(request: HttpRequest, *, unbound: bool = False) -> SignatureForm:
    """The form that signs. Its `is_valid()` verifies, counts, journals and marks the session.

    :param unbound: show it again, empty, whatever was posted
    """
    user = account(request)
    return SignatureForm(
        user,
        request.POST if request.method == "POST" and not unbound else None,
        prove=lambda secret: _refusal(request, user, secret),
        asked=lambda: Asked(must_prove(request), demo.current_code(user), _means(request, user)),
    )


def _fresh(request: HttpRequest) -> dict[str, str | int] | None:
    """A proof given a moment ago and not used yet."""
    kept: dict[str, str | int] | None = request.session.get("fresh_proof")
    if kept is None or timezone.now().timestamp() - int(kept["at"]) > FRESH:
        return None
    return kept


def _means(request: HttpRequest, user: User) -> Means:
    fresh = _fresh(request)
    by_psc = pro_sante_connect.enabled() and "psc" in request.session
    again = reverse("accounts:psc_again") + "?" + urlencode({"next": request.get_full_path()})
    return Means(
        proved_by="" if fresh is None else str(fresh["by"]),
        proved_at=None if fresh is None else _local(int(fresh["at"])),
        psc_url=again if by_psc else "",
        passkey=passkeys.usable(request) and passkeys.has_any(user),
        typed=factors.has_code(user) or (not must_prove(request) and user.has_usable_password()),
    )


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo("UTC"))


def _refusal(request: HttpRequest, user: User, secret: str) -> str:
    fresh = _fresh(request)
    if fresh is not None and not secret:
        request.session.pop("fresh_proof")
        return _accept(request, user, "psc" if fresh["by"] == PRO_SANTE_CONNECT else "passkey")
    now = timezone.now()
    if not throttle.allowed("signature", str(user.pk), limit=TRIES, seconds=WINDOW_SECONDS, at=now):
        audit.record("signature.throttled", by=agent(user))
        return CODE_EXPECTED if must_prove(request) else REFUSED
    by_password = not must_prove(request) and user.check_password(secret)
    if not by_password and factors.prove(user, secret, at=now) is None:
        audit.record("signature.refused", by=agent(user))
        return CODE_EXPECTED if must_prove(request) else REFUSED
    throttle.forget("signature", str(user.pk))
    return _accept(request, user, "password" if by_password else "code")


def _accept(request: HttpRequest, user: User, kind: str) -> str:
    """Journal by what it was proved, and by what the session was opened."""
    path = request.session.get("path", sessions.LOCAL)
    audit.record("signature.proved", by=agent(user), kind=kind, path=path)
    if must_prove(request):
        request.session.cycle_key()
    request.session["proved_at"] = int(timezone.now().timestamp())
    return ""
