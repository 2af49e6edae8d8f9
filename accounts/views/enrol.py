"""Enrolling a second factor: after the first password, after a signature, or by a link."""

from binascii import hexlify, unhexlify

import segno
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login
from django_otp.models import Device

from accounts import actions, factors, passkeys, step_up
from accounts.forms import EnrolForm
from accounts.middleware import account, is_verified
from accounts.models import User
from accounts.views.sign_in import begin
from core import keys


@require_http_methods(["GET", "HEAD", "POST"])
def enrol_totp(request: HttpRequest) -> HttpResponse:
    """Enrol an application: the first time after the password, later after a signature."""
    user, verified = account(request), is_verified(request)
    if (refusal := may_not_enrol(request, user)) is not None:
        return refusal
    form = EnrolForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request) if verified else None
    signed = form.is_valid() and (signature is None or signature.is_valid())
    if signed and _enrolled(request, user, form):
        return redirect("accounts:choose")
    secret = _proposed(request)
    context = {
        "form": form,
        "signature": signature,
        "secret": factors.in_letters(secret),
        "passkeys": passkeys.usable(request),
    }
    image = segno.make(factors.address(user, secret)).svg_data_uri(scale=4, border=4, light="#fff")
    return render(request, "accounts/enrol_totp.html", {**context, "image": image})


def may_not_enrol(request: HttpRequest, user: User) -> HttpResponse | None:
    """The answer to whoever must prove more before a factor is enrolled; None when they may."""
    if is_verified(request):
        return None
    if factors.has_factor(user):
        return redirect("accounts:second_factor")
    if actions.must_use_link(user) and "link" not in request.session:
        return render(request, "accounts/link_needed.html", status=403)
    return None


def _proposed(request: HttpRequest) -> str:
    """The secret proposed in this session, in hexadecimal; its row is not in clear."""
    if "totp_secret" not in request.session:
        sealed = keys.seal_passing(unhexlify(factors.new_secret()), aad="accounts.proposed")
        request.session["totp_secret"] = hexlify(sealed).decode()
    blob = unhexlify(request.session["totp_secret"])
    return keys.unseal_passing(blob, aad="accounts.proposed").hex()


def _enrolled(request: HttpRequest, user: User, form: EnrolForm) -> bool:
    """Enrol, and go on in this session alone; or tell why not, beside the field."""
    first, link = not factors.has_factor(user), request.session.get("link")
    code, now = form.cleaned_data["code"], timezone.now()
    try:
        device = factors.enrol_totp(user, _proposed(request), code, at=now, link=link)
    except (factors.CannotEnrol, actions.LinkIsDead, actions.SessionEnded) as refusal:
        form.add_error("code", str(refusal))
        return False
    go_on(request, user, device, first=first)
    request.session.pop("totp_secret", None)
    return True


def go_on(request: HttpRequest, user: User, device: Device, *, first: bool) -> None:
    """Both factors are given by this enrolment: the session starts, and the others are closed."""
    update_session_auth_hash(request, user)
    otp_login(request, device)
    begin(request)
    request.session.pop("link", None)
    if first:
        request.session["new_codes"] = factors.make_backup_codes(user)
