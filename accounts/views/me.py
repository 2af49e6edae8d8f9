"""The account of the person: roles, password, backup codes, open sessions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, factors, passkeys, step_up
from accounts.forms import PasswordForm
from accounts.middleware import MemberRequest, account, is_verified
from accounts.models import OpenSession
from accounts.views.roles import memberships


@require_safe
def me(request: MemberRequest) -> HttpResponse:
    """My roles, my second factor."""
    return render(request, "accounts/me.html", account_page(request))


def account_page(request: MemberRequest, **more: object) -> dict[str, Any]:
    """What the page of the account shows; `more` overrides it after a refusal."""
    user = account(request)
    context = {
        "user": user,
        "member": request.member,
        "members": memberships(request),
        "passkeys": passkeys.of(user),
        "passkeys_usable": passkeys.usable(request),
        "by_psc": user.provider_identities.exists(),
        "situation": request.session.get("situation_label", ""),
        "situations": len(request.session.get("situations", [])),
        "codes_left": factors.backup_codes_left(user),
        "application": factors.application_of(user),
        "sessions": OpenSession.objects.of(user, timezone.now()).count(),
        "signature": step_up.signature(request, unbound=True),
    }
    return {**context, **more}


@require_POST
def new_backup_codes(request: MemberRequest) -> HttpResponse:
    """Ten other codes, after a signature; the earlier ones open nothing any more."""
    signature = step_up.signature(request)
    if not signature.is_valid():
        return render(request, "accounts/me.html", account_page(request, signature=signature))
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
def password(request: HttpRequest) -> HttpResponse:
    """Another password, after a signature."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid():
        user = account(request)
        try:
            actions.change_password(user, form.cleaned_data["new"], at=timezone.now())
        except actions.CannotChangePassword as refusal:
            form.add_error("new", refusal.messages)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Mot de passe changé. Vos autres sessions sont fermées.")
            return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form, "signature": signature})


# --- Open sessions ---------------------------------------------------------------------------


@require_safe
def sessions(request: MemberRequest) -> HttpResponse:
    """My open sessions, the latest used first."""
    mine = OpenSession.objects.of(account(request), timezone.now())
    context = {
        "sessions": list(mine.order_by("-used_at", "pk")),
        "here": request.session.session_key,
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
def close_session(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Close one session; this one is closed by signing out."""
    if str(public_id) != request.session.get("public_id"):
        actions.close_session(account(request), public_id, by=request.member)
        messages.success(request, "Session fermée.")
    return redirect("accounts:sessions")


@require_POST
def close_other_sessions(request: MemberRequest) -> HttpResponse:
    """Close every session but this one."""
    keep = UUID(request.session["public_id"])
    actions.close_other_sessions(account(request), keep, by=request.member)
    messages.success(request, "Vos autres sessions sont fermées.")
    return redirect("accounts:sessions")
