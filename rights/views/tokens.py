from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions as accounts
from accounts import step_up
from accounts.enums import Permission, Role
from accounts.middleware import MemberRequest
from accounts.models import ApiToken, Member
from accounts.permissions import require
from rights.actions import tokens as actions
from rights.forms import TokenForm


SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TOKEN_MANAGE)
def mine(request: MemberRequest) -> HttpResponse:
    """My tokens, or those of programs for the manager; a new one is shown this once."""
    owners = _owners(request)
    form = TokenForm(request.POST if request.method == "POST" else None, owners=owners)
    signature = step_up.signature(request)
    made = _made(request, form) if form.is_valid() and signature.is_valid() else ""
    rows = ApiToken.objects.visible_to(request.member).select_related("member__user")
    context = {
        # Sent: an empty one, so that nothing is asked twice.
        "form": TokenForm(None, owners=owners) if made else form,
        "signature": step_up.signature(request, unbound=True) if made else signature,
        "made": made,
        "rows": list(rows.order_by("-created_at", "-pk")[:SHOWN]),
        "now": timezone.now(),
        "is_manager": request.member.role == Role.MANAGER,
    }
    return render(request, "rights/tokens.html", context)


def _owners(request: MemberRequest) -> list[Member]:
    """Whose tokens this member may make."""
    if request.member.role != Role.MANAGER:
        return [request.member]
    programs = Member.objects.open().filter(role=Role.API_CLIENT)
    return list(programs.select_related("user").order_by("user__last_name", "pk"))


def _made(request: MemberRequest, form: TokenForm) -> str:
    said = form.cleaned_data
    try:
        return actions.issue(
            form.owner(),
            label=said["label"],
            days=int(said["days"]),
            by=request.member,
            at=timezone.now(),
        )
    except accounts.CannotIssueToken as refusal:
        form.add_error(None, str(refusal))
        return ""


@require_POST
@require(Permission.TOKEN_MANAGE)
def revoke(request: MemberRequest, token_id: UUID) -> HttpResponse:
    tokens = ApiToken.objects.visible_to(request.member)
    token = get_object_or_404(tokens, public_id=token_id)
    accounts.revoke_token(token, by=request.member, at=timezone.now())
    messages.success(request, "Le jeton est révoqué\u202f: il n’ouvre plus rien.")
    return redirect("rights:tokens")
