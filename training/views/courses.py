"""A course followed in the registry, chapter after chapter, then what proves it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from core.once import AnotherBody
from training import actions, progress
from training.forms import AssessmentForm, AttestForm
from training.models import Attempt, Completion, Course
from training.progress import Progress
from training.views.certificates import issue_quietly


def _course(request: MemberRequest, course_id: UUID) -> Course:
    visible = Course.objects.visible_to(request.member).select_related("programme")
    return get_object_or_404(visible, public_id=course_id)


@require_safe
@require(Permission.TRAINING_RECORD)
def course(request: MemberRequest, course_id: UUID) -> HttpResponse:
    """Its chapters, where I stand, and how it ends."""
    found = _course(request, course_id)
    return _page(request, progress.of(found, request.member.user), AttestForm(course=found))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TRAINING_RECORD)
def chapter(request: MemberRequest, course_id: UUID, code: str) -> HttpResponse:
    """Read a chapter; posting keeps that it was followed and goes to the next one."""
    found = _course(request, course_id)
    shown = get_object_or_404(found.chapters, code=code)
    if request.method == "POST":
        actions.finish_chapter(shown, by=request.member, at=timezone.now())
        after = progress.of(found, request.member.user).following
        if after is None or (shown.is_mandatory and not after.is_mandatory):
            return redirect("training:course", found.public_id)
        return redirect("training:chapter", found.public_id, after.code)
    where = progress.of(found, request.member.user)
    context = {
        "course": found,
        "chapter": shown,
        "progress": where,
        "rank": [one.pk for one in where.chapters].index(shown.pk) + 1,
        "is_done": shown.pk in where.done,
    }
    return render(request, "training/chapter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TRAINING_RECORD)
@autosaved("course_test")
def test(request: MemberRequest, course_id: UUID) -> HttpResponse:
    """The questionnaire: its answers are kept, and marked at once."""
    found = _course(request, course_id)
    where = progress.of(found, request.member.user)
    if where.test is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = AssessmentForm(data, questions=where.test.asked())
    if form.is_valid() and (done := _submitted(request, where, form)):
        return redirect("training:attempt", done.public_id)
    context = {"form": form, "course": found, "test": where.test, "progress": where}
    return render(request, "training/test.html", context)


@require_safe
@require(Permission.TRAINING_RECORD)
def attempt(request: MemberRequest, attempt_id: UUID) -> HttpResponse:
    """What one attempt gave, question by question; only a pass tells the right answers."""
    mine = Attempt.objects.visible_to(request.member).select_related("test__course")
    found = get_object_or_404(mine, public_id=attempt_id)
    completion = Completion.objects.visible_to(request.member).filter(course=found.test.course)
    context = {
        "attempt": found,
        "course": found.test.course,
        "lines": found.lines(),
        "completion": completion.first(),
    }
    return render(request, "training/attempt.html", context)


@require_POST
@require(Permission.TRAINING_RECORD)
def attest(request: MemberRequest, course_id: UUID) -> HttpResponse:
    """Attest on one's honour, in the words that were shown."""
    found = _course(request, course_id)
    form = AttestForm(request.POST, course=found)
    if not form.is_valid():
        return _page(request, progress.of(found, request.member.user), form)
    try:
        completion = actions.attest(found, by=request.member, at=timezone.now())
    except actions.CannotComplete as refusal:
        messages.info(request, str(refusal))
    else:
        issue_quietly(completion, request.member)
        messages.success(request, "Votre attestation est enregistrée.")
    return redirect("training:course", found.public_id)


def _page(request: MemberRequest, where: Progress, form: AttestForm) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "course": where.course,
        "progress": where,
        "form": form,
        "is_open": Course.objects.completed_on(today).filter(pk=where.course.pk).exists(),
    }
    return render(request, "training/course.html", context)


def _submitted(request: MemberRequest, where: Progress, form: AssessmentForm) -> Attempt | None:
    """The attempt, or None with the reason on the form."""
    test = where.test
    if test is None:
        return None
    key = form.cleaned_data["once"]
    try:
        done = actions.submit(test, form.answers(), by=request.member, at=timezone.now(), key=key)
    except (actions.CannotComplete, AnotherBody) as refusal:
        form.add_error(None, str(refusal))
        return None
    completion = Completion.objects.filter(attempt=done).first()
    if completion is not None:
        issue_quietly(completion, request.member)
    return done
