from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import step_up
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member, User
from accounts.permissions import require
from rights.actions import substitution as actions
from rights.forms import SubstituteForm


# Enough for a few years of leave.
SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SUBSTITUTE_NAME)
def mine(request: MemberRequest) -> HttpResponse:
    """Who replaces me and whom I replace; name somebody between two days."""
    data = request.POST if request.method == "POST" else None
    form = SubstituteForm(data, today=timezone.localdate())
    signature = step_up.signature(request)
    if form.is_valid() and signature.is_valid() and (named := _named(request, form)):
        text = (
            f"{named.user.full_name} vous remplace\u202f: un courriel vous l’annonce à tous deux."
        )
        messages.success(request, text)
        return redirect("rights:substitutions")
    rows = Member.objects.filter(
        Q(replaces=request.member.pk) | Q(user=request.member.user_id, replaces__isnull=False)
    ).select_related("user", "site", "replaces__user")
    context = {"form": form, "signature": signature, "today": timezone.localdate()}
    context["rows"] = list(rows.order_by("-until", "-pk")[:SHOWN])
    return render(request, "rights/substitutions.html", context)


def _named(request: MemberRequest, form: SubstituteForm) -> Member | None:
    said = form.cleaned_data
    user = User.objects.known_as(said["identifier"])
    if user is None:
        form.add_error("identifier", "Aucun compte n’a ce numéro RPPS ou cette adresse.")
        return None
    try:
        return actions.name_substitute(
            user,
            starts_on=said["starts_on"],
            until=said["until"],
            by=request.member,
            at=timezone.now(),
        )
    except actions.CannotSubstitute as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return None


@require_POST
@require(Permission.SUBSTITUTE_NAME)
def stop(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Only whoever is replaced stops it; the referent ends any membership of the site."""
    theirs = Member.objects.filter(replaces=request.member.pk)
    substitute = get_object_or_404(theirs, public_id=member_id)
    actions.stop(substitute, by=request.member, at=timezone.now())
    messages.success(request, "Le remplacement est arrêté\u202f; un courriel vous l’annonce.")
    return redirect("rights:substitutions")
