from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import step_up
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Site
from accounts.permissions import require
from core.autosave import autosaved
from rights import team
from rights.actions import review as actions
from rights.forms import ReviewForm
from rights.models import Review


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MEMBERS_MANAGE)
@autosaved("rights_review")
def create(request: MemberRequest, site_id: UUID) -> HttpResponse:
    """Confirm or end the rights of each member, then sign the whole."""
    site = get_object_or_404(Site.objects.managed_by(request.member), public_id=site_id)
    rows = team.of(site, today=timezone.localdate())
    data = request.POST if request.method == "POST" else None
    form = ReviewForm(data, rows=rows, by_user=request.member.user_id)
    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid() and (signed := _signed(request, site, form)):
        messages.success(request, "La revue des droits est signée et conservée.")
        return redirect("rights:reviewed", signed.public_id)
    context = {"site": site, "form": form, "signature": signature}
    return render(request, "rights/review.html", context)


def _signed(request: MemberRequest, site: Site, form: ReviewForm) -> Review | None:
    try:
        return actions.sign(site, form.decisions(), by=request.member, at=timezone.now())
    except actions.CannotReview as refusal:
        form.add_error(None, str(refusal))
        return None


@require_safe
@require(Permission.MEMBERS_MANAGE)
def detail(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """The record, as it was signed; the page prints as a document."""
    reviews = Review.objects.visible_to(request.member).select_related("site", "signed_by__user")
    review = get_object_or_404(reviews, public_id=review_id)
    lines = review.lines.select_related("member__user", "member__replaces__user").order_by("pk")
    return render(request, "rights/reviewed.html", {"review": review, "lines": list(lines)})
