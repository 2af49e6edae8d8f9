from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from followup import actions, rules
from followup.models import Attempt
from patients.access import open_record
from patients.models import Enrolment
from record.losing import AttemptForm, last_signs


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_PREPARE)
def lost(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Attempts to reach a patient whom nobody has seen, the newest first, and what follows."""
    enrolment, person = open_record(request, enrolment_id)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = AttemptForm(data, initial={"attempted_on": today}, enrolment=enrolment, today=today)
    if form.is_valid() and _record(request, form):
        return redirect("record:lost", enrolment.public_id)
    page: dict[str, Any] = {
        "enrolment": enrolment,
        "person": person,
        "tab": "followup",
        "form": form,
    }
    page["may_end"] = enrolment.is_live and allows(request.member, Permission.PATIENT_END)
    return render(request, "record/lost.html", page | _known(enrolment, today))


def _known(enrolment: Enrolment, today: date) -> dict[str, Any]:
    """What was tried, and the last signs: four queries."""
    attempts = list(_attempts(enrolment.pk))
    running = [one for one in attempts if one.search.closed_at is None]
    signs = last_signs(enrolment)
    seen_on = signs.last_seen_on(enrolment.included_on)
    return {
        "attempts": attempts,
        "under_way": bool(running),
        "is_short": rules.search_is_short([one.means for one in running]),
        "signs": signs,
        "seen_on": seen_on,
        "is_dormant": rules.is_dormant(seen_on, today),
    }


def _attempts(enrolment: int) -> Any:  # noqa: ANN401  a queryset with what the page shows
    rows = Attempt.objects.filter(search__enrolment=enrolment)
    return rows.select_related("search", "recorded_by__user").order_by("-attempted_on", "-pk")


def _record(request: MemberRequest, form: AttemptForm) -> bool:
    try:
        actions.record_attempt(form.enrolment, form.tried(), by=request.member, at=timezone.now())
    except actions.CannotSearch as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, "La tentative est enregistrée.")
    return True


@require_POST
@require(Permission.VISIT_PREPARE)
def found(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """The patient was found again: the search is over, the follow-up goes on."""
    enrolment, _ = open_record(request, enrolment_id)
    try:
        actions.find(enrolment, by=request.member, at=timezone.now())
    except actions.CannotSearch as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Patient retrouvé\u202f: la recherche est close.")
    return redirect("record:lost", enrolment.public_id)
