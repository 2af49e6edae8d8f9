"""Openings of a programme: drafted, looked at with whom they concern, published. And a preview."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from patients import effects
from patients.forms import DayForm, OpeningForm
from programmes import actions
from programmes.models import Opening, Programme


def _programmes(request: MemberRequest) -> QuerySet[Programme]:
    return Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def openings(request: MemberRequest) -> HttpResponse:
    """Each programme, with what is drafted, in force, and over."""
    today = timezone.localdate()
    programmes = []
    for programme in _programmes(request):
        rows = programme.openings.exclude(state="WITHDRAWN").select_related("indication", "site")
        ordered = rows.order_by("state", "-valid_from", "kind", "pk")
        programmes.append((programme, list(ordered)))
    return render(request, "patients/openings.html", {"programmes": programmes, "today": today})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("opening")
def draft_opening(request: MemberRequest, programme_id: UUID) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), public_id=programme_id)
    form = OpeningForm(request.POST if request.method == "POST" else None, programme=programme)
    if form.is_valid():
        drafted = actions.draft_opening(programme, form.wanted(), by=request.member)
        return redirect("patients:opening", drafted.public_id)
    return render(request, "patients/opening_form.html", {"programme": programme, "form": form})


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def opening(request: MemberRequest, opening_id: UUID) -> HttpResponse:
    """One opening, and whom it concerns, before it is published."""
    found = _opening(request, opening_id)
    today = timezone.localdate()
    context = {
        "opening": found,
        "programme": found.programme,
        "effect": effects.of(found, max(found.valid_from, today)),
        "today": today,
        "may_end": found.may_end(today),
    }
    return render(request, "patients/opening.html", context)


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def decide_opening(request: MemberRequest, opening_id: UUID, decision: str) -> HttpResponse:
    """`publier`, `terminer` (today is its last day) or `abandonner`."""
    if decision not in {"publier", "terminer", "abandonner"}:
        raise Http404
    found, now = _opening(request, opening_id), timezone.now()
    try:
        if decision == "publier":
            actions.publish_opening(found, by=request.member, at=now)
        elif decision == "terminer":
            actions.end_opening(found, on=timezone.localdate(now), by=request.member)
        else:
            actions.discard_opening(found, by=request.member)
    except actions.CannotPublish as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "C’est fait\u202f: les pages en tiennent compte dès maintenant.")
    return redirect("patients:openings")


def _opening(request: MemberRequest, opening_id: UUID) -> Opening:
    rows = Opening.objects.filter(programme__in=_programmes(request))
    loaded = rows.select_related("programme", "indication", "site")
    return get_object_or_404(loaded, public_id=opening_id)


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def preview(request: MemberRequest) -> HttpResponse:
    """As if today were a chosen day: which rules hold. It changes nothing."""
    form = DayForm(request.GET or None)
    asked = form.cleaned_data.get("jour") if form.is_valid() else None
    on = asked or timezone.localdate()
    days = [effects.day(programme, on) for programme in _programmes(request)]
    return render(request, "patients/preview.html", {"form": form, "on": on, "days": days})
