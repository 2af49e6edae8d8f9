from dataclasses import dataclass, replace
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import require
from programmes.models import Programme
from training import actions, progress, rules
from training.forms import CompletionForm
from training.models import Completion, Course


@dataclass(frozen=True)
class Status:
    """Where the member stands for one programme.

    :param course: the version to follow today; None when the programme has none any more
    """

    programme: Programme
    course: Course | None
    completions: list[Completion]
    entitled: bool
    # Compulsory chapters followed here, and all of them.
    followed: int = 0
    chapters: int = 0

    @property
    def proofs(self) -> list[tuple[Completion, date | None]]:
        """Each proof, and its last day."""
        return [(one, rules.last_day(one.proof)) for one in self.completions]


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TRAINING_RECORD)
def mine(request: MemberRequest) -> HttpResponse:
    """What is asked of me, what I proved, and another proof to record."""
    today = timezone.localdate()
    programmes = list(Programme.objects.visible_to(request.member).order_by("name", "pk"))
    data = request.POST if request.method == "POST" else None
    form = CompletionForm(data, programmes=programmes, today=today)
    if form.is_valid() and _recorded(request, form, today):
        return redirect("training:mine")
    statuses = _with_progress(
        [_status(request.member, programme, today) for programme in programmes], request.member
    )
    return render(request, "training/mine.html", {"form": form, "statuses": statuses})


def _recorded(request: MemberRequest, form: CompletionForm, today: date) -> bool:
    """Record, or tell why not beside the field."""
    try:
        completion = actions.record(form.claim(), by=request.member, at=timezone.now(), today=today)
    except actions.CannotRecord as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    messages.success(request, f"Formation enregistrée\u202f: {completion.course.title}.")
    return True


def _status(member: Member, programme: Programme, today: date) -> Status:
    courses = Course.objects.filter(programme=programme, profession=member.user.profession)
    completions = list(Completion.objects.of(member.user, programme).newest_first())
    entitled = rules.entitled([completion.proof for completion in completions], today)
    return Status(
        programme=programme,
        course=courses.completed_on(today).order_by("-valid_from", "-pk").first(),
        completions=completions,
        entitled=entitled or not programme.training_required,
    )


def _with_progress(statuses: list[Status], member: Member) -> list[Status]:
    """The same, with the chapters followed in each course of today."""
    counted = progress.of_many([one.course for one in statuses if one.course], member.user)
    return [
        replace(one, followed=counted[one.course.pk][0], chapters=counted[one.course.pk][1])
        if one.course
        else one
        for one in statuses
    ]
