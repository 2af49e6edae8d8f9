"""Ready reviews of the trail: what is due, one review, its signature."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import step_up
from accounts.enums import Permission
from accounts.forms import SignatureForm
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit
from record import actions
from record import reviews as ready
from record.enums import ReviewKind
from record.forms import RemarkForm, ReviewForm
from record.models import Review, ReviewRule
from record.reviews import Period


# Reviews told below the form.
LAST = 12


@dataclass(frozen=True)
class Due:
    """A kind of review, the last one made and the day the next one is due."""

    kind: ReviewKind
    about: str
    rule: ReviewRule
    last: Review | None
    due_on: date | None

    @property
    def slug(self) -> str:
        return self.kind.value.lower().replace("_", "-")


def _due() -> list[Due]:
    """Two queries, however many reviews were made."""
    rules = {rule.kind: rule for rule in ReviewRule.objects.all()}
    newest = Review.objects.order_by("kind", "-until", "-pk").distinct("kind")
    last = {one.kind: one for one in newest.select_related("signed_by__user")}
    found = []
    for kind in ReviewKind:
        rule, done = rules[kind], last.get(kind)
        again = done.due_again(rule.every_months) if done else None
        found.append(Due(kind, ready.ABOUT[kind], rule, done, again))
    return found


@require_safe
@require(Permission.TRAIL_REVIEW)
def reviews(request: MemberRequest) -> HttpResponse:
    context = {"due": _due(), "today": timezone.localdate()}
    return render(request, "record/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TRAIL_REVIEW)
def review(request: MemberRequest, kind: str) -> HttpResponse:
    """What a review shows of a period; posted, its signature."""
    due = next((one for one in _due() if one.slug == kind), None)
    if due is None:
        raise Http404
    form, period = _period(request, due)
    remark = RemarkForm(request.POST if request.method == "POST" else None)
    signature = step_up.signature(request)
    if request.method == "POST" and period and remark.is_valid() and signature.is_valid():
        if _sign(request, due, period, remark):
            return redirect("record:review", kind)
        signature = step_up.signature(request, unbound=True)
    return render(
        request, "record/review.html", _page(request, due, (form, period), (remark, signature))
    )


def _period(request: MemberRequest, due: Due) -> tuple[ReviewForm, Period | None]:
    """From the day after the last review to yesterday, unless another period is asked."""
    yesterday = timezone.localdate() - timedelta(days=1)
    since = due.last.until + timedelta(days=1) if due.last else yesterday.replace(day=1)
    shown = {"du": f"{min(since, yesterday):%d/%m/%Y}", "au": f"{yesterday:%d/%m/%Y}"}
    asked = {name: request.GET[name] for name in shown if name in request.GET}
    form = ReviewForm(shown | asked)
    if not form.is_valid():
        return form, None
    said = form.cleaned_data
    return form, Period(said["du"], said["au"], request.member)


def _sign(request: MemberRequest, due: Due, period: Period, remark: RemarkForm) -> bool:
    said, now = remark.cleaned_data["remark"], timezone.now()
    try:
        actions.sign_review(due.kind, period, remark=said, by=request.member, at=now)
    except actions.CannotSign as error:
        remark.add_error(None, str(error))
        return False
    messages.success(request, "La revue est signée.")
    return True


def _page(
    request: MemberRequest,
    due: Due,
    asked: tuple[ReviewForm, Period | None],
    signing: tuple[RemarkForm, SignatureForm],
) -> dict[str, Any]:
    form, period = asked
    found = ready.cases(due.kind, due.rule.parameters, period) if period else []
    audit.record("review.listed", by=request.member, kind=due.kind.value, found=len(found))
    done = list(
        Review.objects.filter(kind=due.kind)
        .select_related("signed_by__user")
        .order_by("-until", "-pk")[:LAST]
    )
    told = actions.remarks(done)
    labels = ready.PARAMETERS[due.kind]
    return {
        "due": due,
        "form": form,
        "period": period,
        "cases": found[: ready.MOST],
        "count": len(found),
        "thresholds": [(label, due.rule.parameters[name]) for name, label in labels.items()],
        "remark": signing[0],
        "signature": signing[1],
        "done": [(one, told.get(one.pk, "")) for one in done],
    }
