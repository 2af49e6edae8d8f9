"""A draft of questions: begun, written, published or abandoned; a version that is retired."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from followup.questions import typed
from followup.questions.forms import FactsForm, QuestionForm, RetireForm
from followup.questions.views.reading import versions
from programmes import framing, redrafted
from programmes.actions import CannotPublish
from programmes.actions import questions as actions
from programmes.actions.questions import CannotDraft
from programmes.declared import Entry
from programmes.enums import QuestionnaireStatus
from programmes.models import QuestionnaireVersion


def _version(request: MemberRequest, version_id: UUID) -> QuestionnaireVersion:
    return get_object_or_404(versions(request), public_id=version_id)


def _draft(request: MemberRequest, version_id: UUID) -> QuestionnaireVersion:
    drafts = versions(request).filter(status=QuestionnaireStatus.DRAFT)
    return get_object_or_404(drafts, public_id=version_id)


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def begin(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """A draft from this version; the one that waits already, if there is one."""
    origin = _version(request, version_id)
    try:
        drafted = actions.draft_questions(origin, by=request.member, on=timezone.localdate())
    except CannotDraft as refusal:
        messages.info(request, str(refusal))
        drafted = versions(request).get(
            questionnaire=origin.questionnaire, status=QuestionnaireStatus.DRAFT
        )
    return redirect("followup:questions", drafted.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def facts(request: MemberRequest, version_id: UUID) -> HttpResponse:
    draft = _draft(request, version_id)
    said = {name: getattr(draft, name) for name in ("version", "valid_from", "source")}
    form = FactsForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_valid():
        try:
            actions.set_facts(draft, form.facts, by=request.member)
        except CannotDraft as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect("followup:questions", draft.public_id)
    return render(request, "followup/questions_facts.html", {"version": draft, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("question")
def add(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """A question after the others; `?reprendre=` fills the form with one that was published."""
    draft = _draft(request, version_id)
    published = framing.published_entries(draft.questionnaire)
    again = redrafted.find(published[::-1], request.GET.get("reprendre", ""))
    return _write(request, draft, None, typed.initial(again) if again else {})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("question")
def question(request: MemberRequest, version_id: UUID, code: str) -> HttpResponse:
    draft = _draft(request, version_id)
    found = redrafted.find(draft.definition, code)
    if found is None:
        raise Http404
    return _write(request, draft, found, typed.initial(found) | {"seen": redrafted.stamp(found)})


def _write(
    request: MemberRequest,
    draft: QuestionnaireVersion,
    before: Entry | None,
    initial: dict[str, Any],
) -> HttpResponse:
    form = QuestionForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        draft=draft,
        frame=framing.frame_of(draft.questionnaire),
        visits=framing.visit_codes(draft.questionnaire),
        before=before,
    )
    if form.is_valid() and _written(request, draft, form):
        return redirect("followup:questions", draft.public_id)
    context = {"version": draft, "form": form, "question": before}
    return render(request, "followup/question_form.html", context)


def _written(request: MemberRequest, draft: QuestionnaireVersion, form: QuestionForm) -> bool:
    """Whether the question was written; when it was refused, the form says why."""
    seen = form.cleaned_data["seen"]
    try:
        actions.write_question(draft, form.entry, seen=seen, by=request.member)
    except CannotDraft as refusal:
        form.refuse(str(refusal), refusal.field)
        return False
    return True


def _act(
    request: MemberRequest, act: Callable[[], object], done: str, *, then: tuple[Any, ...]
) -> HttpResponse:
    """Act, say what was done or why it was not, and go on."""
    try:
        act()
    except CannotPublish as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(*then)


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def move(request: MemberRequest, version_id: UUID, code: str) -> HttpResponse:
    draft, up = _version(request, version_id), request.POST.get("vers") == "haut"
    return _act(
        request,
        lambda: actions.move_question(draft, code, up=up, by=request.member),
        f"«\u202f{code}\u202f» est déplacée.",
        then=("followup:questions", draft.public_id),
    )


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def withdraw(request: MemberRequest, version_id: UUID, code: str) -> HttpResponse:
    draft = _version(request, version_id)
    return _act(
        request,
        lambda: actions.withdraw_question(draft, code, by=request.member),
        f"«\u202f{code}\u202f» ne sera plus posée.",
        then=("followup:questions", draft.public_id),
    )


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def publish(request: MemberRequest, version_id: UUID) -> HttpResponse:
    draft = _version(request, version_id)
    return _act(
        request,
        lambda: actions.publish_questions(draft, by=request.member, at=timezone.now()),
        f"La version est publiée\u202f: elle sera posée à partir du {draft.valid_from:%d/%m/%Y}.",
        then=("followup:questions", draft.public_id),
    )


@require_POST
@require(Permission.PROGRAMME_MANAGE)
def discard(request: MemberRequest, version_id: UUID) -> HttpResponse:
    draft = _version(request, version_id)
    return _act(
        request,
        lambda: actions.discard_questions(draft, by=request.member),
        "Le brouillon est abandonné.",
        then=("followup:questionnaires",),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def retire(request: MemberRequest, version_id: UUID) -> HttpResponse:
    """With a last day for a version that is asked; at once for one that is to come."""
    published, today = _version(request, version_id), timezone.localdate()
    has_begun = published.valid_from <= today
    form = RetireForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and (not has_begun or form.is_valid()):
        last_day = form.cleaned_data["last_day"] if has_begun else None
        return _act(
            request,
            lambda: actions.retire_questions(
                published, last_day, by=request.member, at=timezone.now()
            ),
            "La version est retirée.",
            then=("followup:questions", published.public_id),
        )
    context = {"version": published, "form": form, "has_begun": has_begun}
    return render(request, "followup/questions_retire.html", context)
