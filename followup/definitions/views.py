"""The calendar of visits of each programme: drafted, looked at with what it changes, published."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from followup import impact
from followup.actions import definitions as actions
from followup.definitions.forms import DefinitionForm, said
from programmes.actions import CannotPublish
from programmes.actions import visits as drafts
from programmes.enums import OpeningState
from programmes.models import Programme, VisitDefinition


def _programmes(request: MemberRequest) -> QuerySet[Programme]:
    return Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")


def _definitions(request: MemberRequest) -> QuerySet[VisitDefinition]:
    mine = VisitDefinition.objects.filter(programme__in=_programmes(request))
    return mine.select_related("programme", "published_by__user", "drafted_by__user")


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def definitions(request: MemberRequest) -> HttpResponse:
    """What each programme plans, drafts first; what was replaced is in history."""
    rows = _definitions(request).exclude(state=OpeningState.WITHDRAWN)
    ordered = list(rows.order_by("state", "offset_months", "code", "applies_from", "pk"))
    groups = [
        (one, [row for row in ordered if row.programme_id == one.pk])
        for one in _programmes(request)
    ]
    context = {"groups": groups, "today": timezone.localdate()}
    return render(request, "followup/definitions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("visit_definition")
def draft(request: MemberRequest, code: str) -> HttpResponse:
    """A visit to add, or another way for one that exists: `?depuis=` fills the form with it."""
    programme = get_object_or_404(_programmes(request), code=code)
    data = request.POST if request.method == "POST" else None
    form = DefinitionForm(data, initial=_from(request))
    if form.is_valid():
        drafted = drafts.draft_visit(programme, form.wanted, by=request.member)
        return redirect("followup:definition", drafted.public_id)
    context = {"programme": programme, "form": form}
    return render(request, "followup/definition_form.html", context)


def _from(request: MemberRequest) -> dict[str, Any]:
    try:
        public_id = UUID(request.GET.get("depuis", ""))
    except ValueError:
        return {}
    names = [name for name in DefinitionForm.base_fields if name not in {"applies_from", "source"}]
    found = _definitions(request).filter(public_id=public_id).values(*names).first()
    return found | {"holders": said(found["holders"])} if found else {}


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def definition(request: MemberRequest, definition_id: UUID) -> HttpResponse:
    """One definition; a draft with all that its publication would change."""
    found = get_object_or_404(_definitions(request), public_id=definition_id)
    is_draft, today = found.state == OpeningState.DRAFT, timezone.localdate()
    replaced = VisitDefinition.objects.over(found.applies_from, found.applies_to).filter(
        programme=found.programme_id, code=found.code
    )
    context = {
        "definition": found,
        "is_draft": is_draft,
        "replaced": list(replaced.order_by("applies_from", "pk")) if is_draft else [],
        "impact": impact.of(found, today) if is_draft else None,
    }
    return render(request, "followup/definition.html", context)


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def publish(request: MemberRequest, definition_id: UUID) -> HttpResponse:
    found = get_object_or_404(_definitions(request), public_id=definition_id)
    try:
        changed = actions.publish(found, by=request.member, at=timezone.now())
    except CannotPublish as refusal:
        messages.error(request, str(refusal))
    else:
        plural = "s" if changed > 1 else ""
        words = f"{changed} consultation{plural} à venir changée{plural}."
        messages.success(request, f"{found.code} est publiée\u202f: {words}")
    return redirect("followup:definitions")


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def discard(request: MemberRequest, definition_id: UUID) -> HttpResponse:
    found = get_object_or_404(_definitions(request), public_id=definition_id)
    try:
        drafts.discard_visit(found, by=request.member)
    except CannotPublish as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Le brouillon est abandonné.")
    return redirect("followup:definitions")
