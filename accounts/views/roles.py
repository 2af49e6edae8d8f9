"""The role a person acts under."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.enums import Role
from accounts.middleware import account, is_verified
from accounts.models import Member
from core import audit


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the role to act under; whoever has only one is not asked."""
    if not is_verified(request):
        return redirect("accounts:second_factor")
    members = memberships(request)
    if not members and account(request).suspended_at is not None:
        return redirect("rights:reopen")
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


def memberships(request: HttpRequest) -> list[Member]:
    """Roles of the person, a program's left out: it has no page."""
    members = Member.objects.open().filter(user=request.user.pk).exclude(role=Role.API_CLIENT)
    loaded = members.select_related("site", "replaces__user")
    return list(loaded.order_by("site__name", "role", "pk"))


def _act_as(request: HttpRequest, member: Member, *, among: int) -> HttpResponse:
    if request.session.get("member_id") != member.pk:
        sessions.choose(request.session, member, among=among)
        audit.record("role.chosen", member, by=member)
        _tell_another_place(request, member)
    if "new_codes" in request.session:
        return redirect("accounts:backup_codes")
    return redirect(request.session.pop("next", "/"))


def _tell_another_place(request: HttpRequest, member: Member) -> None:
    """Pro Santé Connect names another place than the role's: told and journaled, nothing more."""
    finess = request.session.get("situation_finess", "")
    if finess and member.site.finess and finess != member.site.finess:
        audit.record("situation.other_place", member, by=member, finess=finess)
        messages.warning(
            request,
            "La situation d’exercice choisie chez Pro Santé Connect n’est pas dans ce lieu. "
            "Vérifiez que vous agissez sous le bon rôle.",
        )
