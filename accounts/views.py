from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as otp_login

from accounts import actions, demo, factors, sessions, step_up
from accounts.enums import Role
from accounts.forms import (
    CodeForm,
    EnrolForm,
    FilledSignInForm,
    PasswordForm,
    SignInForm,
)
from accounts.middleware import MemberRequest, account, is_verified
from accounts.models import Member, User
from core import audit, throttle


# One sentence for unknown, closed, wrong and throttled: nobody learns which.
WRONG_PASSWORD = "Identifiant ou mot de passe incorrect. Réessayez dans quelques minutes."  # noqa: S105
WRONG_CODE = (
    "Ce code n’est pas accepté. Attendez le suivant dans votre application, ou saisissez un "
    "code de secours."
)


def _safe_next(request: HttpRequest, address: str) -> str:
    """An address of our own, or the home page."""
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else "/"


# --- In, and out -----------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First factor: RPPS number or e-mail address, and password."""
    if request.user.is_authenticated and is_verified(request) and request.method != "POST":
        return redirect("accounts:choose")
    form = _sign_in_form(request)
    if form.is_valid() and (user := _with_password(request, form)):
        request.session.flush()
        login(request, user)
        next_url = _safe_next(request, request.POST.get("next", ""))
        sessions.wait_for_factor(request.session, next_url=next_url)
        return redirect("accounts:second_factor")
    next_url = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "accounts": demo.accounts(), "password": demo.PASSWORD}
    return render(request, "accounts/sign_in.html", {**context, "next": next_url})


def _sign_in_form(request: HttpRequest) -> SignInForm:
    """Filled when the demonstration's page was asked for one of its accounts."""
    if request.method == "POST":
        return SignInForm(request.POST)
    asked = request.GET.get("compte", "")
    for shown in demo.accounts():
        if str(shown.user.public_id) == asked:
            return FilledSignInForm(
                initial={"identifier": shown.identifier, "password": demo.PASSWORD}
            )
    return SignInForm()


def _with_password(request: HttpRequest, form: SignInForm) -> User | None:
    user = actions.check_password(
        form.cleaned_data["identifier"],
        form.cleaned_data["password"],
        source=throttle.source_of(request),
        at=timezone.now(),
    )
    if user is None:
        form.add_error(None, WRONG_PASSWORD)
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Second factor: a one-time code, or a backup code."""
    user = account(request)
    if is_verified(request):
        return redirect("accounts:choose")
    if not factors.has_factor(user):
        return redirect("accounts:enrol_totp")
    demo_code = demo.current_code(user)
    form = CodeForm(request.POST if request.method == "POST" else None, initial={"code": demo_code})
    if form.is_valid():
        device = factors.prove(user, form.cleaned_data["code"], at=timezone.now())
        if device is not None:
            otp_login(request, device)
            sessions.begin(request.session, at=timezone.now())
            return redirect("accounts:choose")
        form.add_error("code", WRONG_CODE)
    return render(request, "accounts/second_factor.html", {"form": form, "demo_code": demo_code})


@require_POST
def sign_out(request: MemberRequest) -> HttpResponse:
    by = request.member if request.member.pk else actions.agent(account(request))
    audit.record("signed_out", by=by)
    logout(request)
    messages.success(request, "Vous êtes déconnecté.")
    return redirect("accounts:sign_in")


@login_not_required  # answers 401 itself: a redirection would say nothing to the page's script
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Keep the session, as any page does, and tell how many seconds it has left."""
    if not request.user.is_authenticated or not is_verified(request):
        return JsonResponse({"seconds": 0}, status=401)
    now = timezone.now()
    request.session["touched_at"] = int(now.timestamp())
    return JsonResponse({"seconds": sessions.seconds_left(request.session, at=now)})


# --- The role --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the role to act under; whoever has only one is not asked."""
    if not is_verified(request):
        return redirect("accounts:second_factor")
    members = _memberships(request)
    asked = request.POST.get("member", "")
    chosen = [member for member in members if str(member.public_id) == asked]
    if request.method == "POST" and not chosen:
        raise PermissionDenied
    if len(members) == 1:
        chosen = members
    if chosen:
        return _act_as(request, chosen[0], among=len(members))
    template = "accounts/choose.html" if members else "accounts/no_membership.html"
    return render(request, template, {"members": members})


def _memberships(request: HttpRequest) -> list[Member]:
    """Roles of the person, a program's left out: it has no page."""
    members = Member.objects.open().filter(user=request.user.pk).exclude(role=Role.API_CLIENT)
    return list(members.select_related("site").order_by("site__name", "role", "pk"))


def _act_as(request: HttpRequest, member: Member, *, among: int) -> HttpResponse:
    if request.session.get("member_id") != member.pk:
        sessions.choose(request.session, member, among=among)
        audit.record("role.chosen", member, by=member)
    if "new_codes" in request.session:
        return redirect("accounts:backup_codes")
    return redirect(request.session.pop("next", "/"))


# --- The account -----------------------------------------------------------------------------


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
        "members": _memberships(request),
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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form sent without its token: the session changed meanwhile, or another site sent it."""
    return render(request, "accounts/csrf_failure.html", status=403)
