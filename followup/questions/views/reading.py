"""The questionnaires of each programme: their versions, what a draft would change, a preview."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from followup import asked_impact
from followup.questions import previewing
from followup.questions.lines import lines
from programmes import redrafted
from programmes.actions.questions import obstacles
from programmes.enums import QuestionnaireStatus
from programmes.models import Programme, QuestionnaireVersion


def versions(request: MemberRequest) -> QuerySet[QuestionnaireVersion]:
    """Those of the programmes that the member manages."""
    return (
        QuestionnaireVersion.objects.visible_to(request.member)
        .select_related("questionnaire__programme", "published_by__user", "drafted_by__user")
        .prefetch_related("questionnaire__indications")
    )


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def questionnaires(request: MemberRequest) -> HttpResponse:
    """Every version of each questionnaire, the newest first."""
    ordered = versions(request).order_by(
        "questionnaire__position", "questionnaire__pk", "-valid_from", "-pk"
    )
    found = list(ordered)
    programmes = Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")
    groups = [
        (one, [row for row in found if row.questionnaire.programme_id == one.pk])
        for one in programmes
    ]
    context = {"groups": groups, "today": timezone.localdate()}
    return render(request, "followup/questionnaires.html", context)


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def questions(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """The questions of a version; a draft with all that its publication would change."""
    found = get_object_or_404(versions(request), public_id=version_id)
    today = timezone.localdate()
    is_draft = found.status == QuestionnaireStatus.DRAFT
    wrong = obstacles(found, today) if is_draft else []
    context: dict[str, Any] = {
        "version": found,
        "is_draft": is_draft,
        "today": today,
        "lines": lines(found.definition, wrong),
        "obstacles": wrong,
    }
    return render(request, "followup/questions.html", context | _changes(found, is_draft=is_draft))


def _changes(version: QuestionnaireVersion, *, is_draft: bool) -> dict[str, Any]:
    """What a draft changes of the version it follows, and at how many visits it will be asked."""
    if not is_draft:
        return {"before": None, "differences": None, "impact": None}
    published = QuestionnaireVersion.objects.filter(
        questionnaire=version.questionnaire_id, status=QuestionnaireStatus.PUBLISHED
    )
    before = published.filter(valid_from__lt=version.valid_from).order_by("-valid_from").first()
    return {
        "before": before,
        "differences": redrafted.differences(
            before.definition if before else [], version.definition
        ),
        "impact": asked_impact.of(version),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def preview(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """The form as a doctor would get it; what is tried in it is judged, and recorded nowhere."""
    found = get_object_or_404(versions(request), public_id=version_id)
    today = timezone.localdate()
    chosen = previewing.ChoiceForm(request.GET or None, version=found)
    data = request.POST if request.method == "POST" else None
    form = previewing.form(data, found, chosen.visit, today=today)
    if form.is_valid():
        messages.success(request, "Ces réponses seraient acceptées. Rien n’est enregistré.")
    sections = list(form.sections())
    context = {"version": found, "form": form, "choice": chosen, "sections": sections}
    return render(request, "followup/questions_preview.html", context)
