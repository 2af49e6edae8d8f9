"""What whoever manages an account does for its owner: another invitation, lost factors."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, step_up
from accounts.enums import FactorLoss, IdentityCheck, Permission
from accounts.forms import FactorResetForm
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import require
from accounts.views.sign_in import safe_next


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MEMBERS_MANAGE)
def reset_factors(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Take the factors of a person away, after an identity check, with a signature."""
    managed = Member.objects.managed_by(request.member).select_related("user", "site")
    member = get_object_or_404(managed, public_id=public_id)
    form = FactorResetForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid() and _reset(request, member, form):
        return redirect("accounts:reset_factors", public_id)
    context = {"form": form, "signature": signature, "person": member}
    return render(request, "accounts/reset_factors.html", context)


def _reset(request: MemberRequest, member: Member, form: FactorResetForm) -> bool:
    """Reset, and say so; or tell why not, above the form."""
    reason = FactorLoss(form.cleaned_data["reason"])
    check = IdentityCheck(form.cleaned_data["identity_check"])
    try:
        actions.reset_factors(member.user, reason, check, by=request.member, at=timezone.now())
    except actions.CannotResetFactors as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        "Seconds facteurs retirés, sessions fermées. Un lien valable 24 heures est envoyé à la "
        "personne pour en enregistrer un autre.",
    )
    return True


@require_POST
@require(Permission.MEMBERS_MANAGE)
def invite_again(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Send another invitation to whoever never opened their account; the earlier one ends."""
    managed = Member.objects.managed_by(request.member).select_related("user")
    member = get_object_or_404(managed, public_id=public_id)
    try:
        actions.invite(member.user, by=request.member, at=timezone.now())
    except actions.CannotInvite as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Invitation envoyée\u202f: elle est valable 72 heures.")
    return redirect(safe_next(request, request.POST.get("next", "")))
