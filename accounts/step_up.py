"""Signing: whoever sits at the screen proves again that they are the person signed in.

    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid():   # last: a code is used up by being checked
        actions.sign(…)

and `{% include "accounts/_step_up.html" with signature=signature only %}` in the form.
"""

from django.http import HttpRequest
from django.utils import timezone

from accounts import demo, factors
from accounts.actions import agent
from accounts.forms import SignatureForm
from accounts.middleware import account
from core import audit, throttle


TRIES, WINDOW_SECONDS = 5, 900

CODE_EXPECTED = (
    "Ce code n’est pas accepté. À la première signature de la session, saisissez le code à "
    "6 chiffres que montre votre application\u202f; un code ne sert qu’une fois."
)
REFUSED = "Ce mot de passe ou ce code n’est pas accepté. Un code ne sert qu’une fois."


def must_prove(request: HttpRequest) -> bool:
    """Whether the next signature is the first of the session: it takes a one-time code."""
    return "proved_at" not in request.session


def signature(request: HttpRequest, *, unbound: bool = False) -> SignatureForm:
    """The form that signs. Its `is_valid()` verifies, counts, journals and marks the session.

    :param unbound: show it again, empty, whatever was posted
    """
    user = account(request)
    return SignatureForm(
        user,
        request.POST if request.method == "POST" and not unbound else None,
        prove=lambda secret: _refusal(request, secret),
        code_only=must_prove(request),
        demo_code=demo.current_code(user),
    )


def _refusal(request: HttpRequest, secret: str) -> str:
    user, now = account(request), timezone.now()
    if not throttle.allowed("signature", str(user.pk), limit=TRIES, seconds=WINDOW_SECONDS, at=now):
        audit.record("signature.throttled", by=agent(user))
        return CODE_EXPECTED if must_prove(request) else REFUSED
    by_password = not must_prove(request) and user.check_password(secret)
    if not by_password and factors.prove(user, secret, at=now) is None:
        audit.record("signature.refused", by=agent(user))
        return CODE_EXPECTED if must_prove(request) else REFUSED
    throttle.forget("signature", str(user.pk))
    audit.record("signature.proved", by=agent(user), kind="password" if by_password else "code")
    request.session["proved_at"] = int(now.timestamp())
    return ""
