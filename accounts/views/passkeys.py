"""Passkeys: two halves of each ceremony for the page's script, and their list."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as otp_login
from django_otp_webauthn.models import WebAuthnCredential

from accounts import actions, factors, passkeys, required, step_up, words
from accounts.middleware import MemberRequest, account, is_verified
from accounts.models import User
from accounts.views.enrol import go_on, may_not_enrol
from accounts.views.sign_in import begin, safe_next
from core import audit


# Bytes: an answer of a browser is two thousand at most.
LONGEST = 20_000


def _read(request: HttpRequest) -> dict[str, Any]:
    """What the page's script sent; an empty answer proves nothing."""
    try:
        typed = json.loads(request.body[:LONGEST])
    except ValueError:
        return {}
    return typed if isinstance(typed, dict) else {}


def _sorry(refusal: Exception, status: int = 403) -> JsonResponse:
    return JsonResponse({"erreur": str(refusal)}, status=status)


# --- Signing in ------------------------------------------------------------------------------


@login_not_required
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """A challenge: for somebody signed in one of their passkeys, otherwise any."""
    if not passkeys.usable(request):
        raise Http404
    user = account(request) if request.user.is_authenticated else None
    return JsonResponse(passkeys.begin_proof(request, user))


@login_not_required
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """A passkey alone opens a session: it verified the person too."""
    if not passkeys.usable(request):
        raise Http404
    typed = _read(request)
    user = account(request) if request.user.is_authenticated else None
    try:
        device = passkeys.complete_proof(request, user, typed.get("answer", {}), at=timezone.now())
    except passkeys.NotAccepted as refusal:
        return _sorry(refusal)
    if told := required.refusal(device.user):
        return JsonResponse({"erreur": told}, status=403)
    next_url = request.session.get("next") or safe_next(request, str(typed.get("next", "")))
    _open(request, device)
    request.session["next"] = next_url
    return JsonResponse({"address": redirect("accounts:choose").url})


def _open(request: HttpRequest, device: WebAuthnCredential) -> None:
    user: User = device.user
    request.session.flush()
    login(request, user)
    otp_login(request, device)
    begin(request)
    audit.record("sign_in.passkey_ok", user, by=actions.agent(user))


@require_POST
def passkey_prove(request: MemberRequest) -> HttpResponse:
    """Prove again who one is: the form that follows signs."""
    try:
        passkeys.complete_proof(
            request, account(request), _read(request).get("answer", {}), at=timezone.now()
        )
    except passkeys.NotAccepted as refusal:
        return _sorry(refusal)
    step_up.proved(request, step_up.PASSKEY)
    return JsonResponse({"proved": True})


# --- Registering, removing -------------------------------------------------------------------


@require_POST
def passkey_register(request: HttpRequest) -> HttpResponse:
    """A challenge to make a passkey: in place of a first factor, or after a signature."""
    user = account(request)
    if not passkeys.usable(request) or may_not_enrol(request, user) is not None:
        raise Http404
    if is_verified(request):
        signature = step_up.signature(request)
        if not signature.is_valid():
            return JsonResponse({"erreur": signature.why}, status=403)
    try:
        return JsonResponse(passkeys.begin_registration(request, user))
    except passkeys.CannotRegister as refusal:
        return _sorry(refusal)


@require_POST
def passkey_registered(request: HttpRequest) -> HttpResponse:
    """Keep what the browser made; this session goes on alone."""
    user, first = account(request), not factors.has_factor(account(request))
    name = words.device(request.META.get("HTTP_USER_AGENT", ""))
    try:
        device = passkeys.complete_registration(
            request, user, _read(request).get("answer", {}), name, at=timezone.now()
        )
    except (passkeys.CannotRegister, actions.LinkIsDead, actions.SessionEnded) as refusal:
        return _sorry(refusal)
    _go_on(request, user, device, first=first)
    return JsonResponse({"address": redirect("accounts:choose" if first else "accounts:me").url})


def _go_on(request: HttpRequest, user: User, device: WebAuthnCredential, *, first: bool) -> None:
    if first:
        go_on(request, user, device, first=True)
        return
    update_session_auth_hash(request, user)
    messages.success(request, "Clé d’accès enregistrée. Vos autres sessions sont fermées.")


@require_safe
def add_passkey(request: MemberRequest) -> HttpResponse:
    """Sign, then make a passkey."""
    if not passkeys.usable(request):
        raise Http404
    context = {"signature": step_up.signature(request)}
    return render(request, "accounts/add_passkey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_passkey(request: MemberRequest, pk: int) -> HttpResponse:
    """Remove a passkey, after a signature."""
    user, signature = account(request), step_up.signature(request)
    passkey = get_object_or_404(WebAuthnCredential, user=user, pk=pk)
    if signature.is_valid():
        try:
            passkeys.remove(user, pk, at=timezone.now())
        except (passkeys.Refused, actions.SessionEnded) as refusal:
            messages.error(request, str(refusal))
        else:
            _stay(request, user)
        return redirect("accounts:me")
    context = {"passkey": passkey, "signature": signature}
    return render(request, "accounts/remove_passkey.html", context)


def _stay(request: HttpRequest, user: User) -> None:
    """This session goes on, by another factor when the one that opened it is gone."""
    update_session_auth_hash(request, user)
    messages.success(request, "Clé d’accès retirée. Vos autres sessions sont fermées.")
    other = factors.application_of(user) or next(iter(passkeys.of(user)), None)
    if other is not None and "psc" not in request.session:
        otp_login(request, other)
