"""The account of the person, and its factors."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as otp_login

from accounts import actions, factors, sessions, step_up
from accounts.forms import EnrolForm, PasswordForm
from accounts.middleware import MemberRequest, account, is_verified
from accounts.models import User
from accounts.views.roles import memberships


@require_safe
def me(request: MemberRequest) -> HttpResponse:
    """My roles, my second factor."""
    return render(request, "accounts/me.html", _account(request))


def _account(request: MemberRequest, **more: object) -> dict[str, Any]:
    """What the page of the account shows; `more` overrides it after a refusal."""
    user = account(request)
    context = {
        "user": user,
        "member": request.member,
        "members": memberships(request),
        "codes_left": factors.backup_codes_left(user),
        "enrolled_at": factors.enrolled_at(user),
        "signature": step_up.signature(request, unbound=True),
    }
    return {**context, **more}


@require_POST
def new_backup_codes(request: MemberRequest) -> HttpResponse:
    """Ten other codes, after a signature; the earlier ones open nothing any more."""
    signature = step_up.signature(request)
    if not signature.is_valid():
        return render(request, "accounts/me.html", _account(request, signature=signature))
    request.session["new_codes"] = factors.make_backup_codes(account(request))
    return redirect("accounts:backup_codes")


@require_http_methods(["GET", "HEAD", "POST"])
def backup_codes(request: HttpRequest) -> HttpResponse:
    """Show the new codes until the person says they have them; never again."""
    if not is_verified(request):
        return redirect("accounts:second_factor")
    if request.method == "POST":
        request.session.pop("new_codes", None)
    codes = request.session.get("new_codes")
    if not codes:
        return redirect(request.session.pop("next", "accounts:choose"))
    return render(request, "accounts/backup_codes.html", {"codes": codes})


@require_http_methods(["GET", "HEAD", "POST"])
def enrol_totp(request: HttpRequest) -> HttpResponse:
    """Enrol an application: the first time after the password, later after a signature."""
    user, verified = account(request), is_verified(request)
    if factors.has_factor(user) and not verified:
        return redirect("accounts:second_factor")
    form = EnrolForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request) if verified else None
    signed = form.is_valid() and (signature is None or signature.is_valid())
    if signed and _enrolled(request, user, form):
        return redirect("accounts:choose")
    secret = request.session.setdefault("totp_secret", factors.new_secret())
    context = {"form": form, "signature": signature, "secret": factors.in_letters(secret)}
    image = segno.make(factors.address(user, secret)).svg_data_uri(scale=4, border=4, light="#fff")
    return render(request, "accounts/enrol_totp.html", {**context, "image": image})


def _enrolled(request: HttpRequest, user: User, form: EnrolForm) -> bool:
    """Enrol, and go on in this session alone; or tell why not, beside the field."""
    first = not factors.has_factor(user)
    secret = request.session.get("totp_secret", "")
    try:
        device = factors.enrol_totp(user, secret, form.cleaned_data["code"])
    except factors.CannotEnrol as refusal:
        form.add_error("code", str(refusal))
        return False
    update_session_auth_hash(request, user)
    otp_login(request, device)
    sessions.begin(request.session, at=timezone.now())
    request.session.pop("totp_secret")
    if first:
        request.session["new_codes"] = factors.make_backup_codes(user)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password, after a signature."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid():
        user = account(request)
        try:
            actions.change_password(user, form.cleaned_data["new"])
        except actions.CannotChangePassword as refusal:
            form.add_error("new", refusal.messages)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Mot de passe changé. Vos autres sessions sont fermées.")
            return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form, "signature": signature})
