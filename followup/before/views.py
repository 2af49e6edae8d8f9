"""Before a visit: the doctor hands over a link and a code, the patient answers at home."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import drafts, throttle
from core.views import keep_typed
from followup import by_patient
from followup.actions import patient_links as actions
from followup.before.forms import PatientCodeForm, PatientForm
from followup.models import PatientLink, Visit
from patients.access import open_record


# Trials of the code in an hour, of one link and from one address. No legal source: ADR 0068.
TRIES, TRIES_FROM_ONE_PLACE, TRIES_SECONDS = 5, 20, 3600


# --- The doctor ------------------------------------------------------------------------------


@require_POST
@require(Permission.VISIT_WRITE)
def invite(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    """The link and its code, shown once: neither can be found again."""
    found = _holdable(request, visit_id)
    try:
        given = actions.invite(found, by=request.member, at=timezone.now())
    except actions.CannotInvite as refusal:
        messages.error(request, str(refusal))
        return redirect("followup:visit", visit_id)
    address = settings.PUBLIC_URL + reverse("followup:patient_link", args=[given.token])
    enrolment, person = open_record(request, found.enrolment.public_id)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "followup",
        "visit": found,
        "given": given,
        "address": address,
        "image": segno.make(address).svg_data_uri(scale=4, border=4, light="#fff"),
    }
    return render(request, "followup/patient_link.html", context)


@require_POST
@require(Permission.VISIT_WRITE)
def revoke(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    found = _holdable(request, visit_id)
    actions.revoke(found, by=request.member, at=timezone.now())
    messages.success(request, "Le lien est retiré, et ce qui y avait été saisi est effacé.")
    return redirect("followup:visit", visit_id)


def _holdable(request: MemberRequest, visit_id: UUID) -> Visit:
    visits = Visit.objects.holdable_by(request.member).select_related("enrolment")
    return get_object_or_404(visits, public_id=visit_id)


# --- The patient -----------------------------------------------------------------------------


@login_not_required
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Note which link was opened, and leave its address: no other page and no log may learn it."""
    found = actions.found(token, at=timezone.now())
    if found is None:
        answer = _over(request)
    else:
        request.session["patient_link"] = found.pk
        answer = redirect("followup:patient_answers")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """The code, then the questions; sent once."""
    found = _noted(request)
    if found is None:
        return _over(request)
    if request.session.get("patient_open") != found.pk:
        return _ask_code(request, found)
    data = request.POST if request.method == "POST" else None
    typed = by_patient.typed_of(found)
    asked = by_patient.questions(found.visit, timezone.localdate())
    form = PatientForm(data, initial=typed, asked=asked)
    if form.is_valid():
        return _send(request, found, form)
    return render(request, "followup/patient_form.html", {"form": form, "link": found})


def _send(request: HttpRequest, found: PatientLink, form: PatientForm) -> HttpResponse:
    try:
        actions.send(found, form.typed, at=timezone.now())
    except actions.LinkIsOver:
        return _over(request)
    for name in ("patient_link", "patient_open"):
        request.session.pop(name, None)
    return render(request, "followup/patient_over.html", {"sent": True})


@login_not_required
@require_POST
def keep(request: HttpRequest) -> JsonResponse:
    """What is being typed: nothing is lost if the telephone rings."""
    found = _noted(request)
    if found is None or request.session.get("patient_open") != found.pk:
        return JsonResponse({"erreur": str(actions.LinkIsOver())}, status=404)

    def other() -> drafts.Kept:
        fresh = PatientLink.objects.select_related("visit__enrolment").get(pk=found.pk)
        at = fresh.saved_at or fresh.made_at
        return drafts.Kept(fresh.version, by_patient.typed_of(fresh), at)

    def save(data: dict[str, Any], version: int, at: datetime) -> drafts.Kept:
        kept = actions.keep(found, data, version, at=at)
        return drafts.Kept(kept.version, data, at)

    return keep_typed(request, save, other)


def _noted(request: HttpRequest) -> PatientLink | None:
    """The link opened in this browser, while it may be answered."""
    standing = PatientLink.objects.standing(timezone.now()).filter(answered_at=None)
    noted = standing.filter(pk=request.session.get("patient_link", 0))
    return noted.select_related("visit__enrolment").first()


def _ask_code(request: HttpRequest, found: PatientLink) -> HttpResponse:
    form = PatientCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not _may_try(request, found):
            form.add_error("code", "Trop d’essais. Réessayez dans une heure.")
            return render(request, "followup/patient_code.html", {"form": form}, status=429)
        if actions.opens(found, form.cleaned_data["code"]):
            request.session["patient_open"] = found.pk
            return redirect("followup:patient_answers")
        form.add_error("code", "Ce code n’est pas le bon.")
    return render(request, "followup/patient_code.html", {"form": form})


def _may_try(request: HttpRequest, found: PatientLink) -> bool:
    at, source = timezone.now(), throttle.source_of(request)
    of_link = throttle.allowed(
        "patient_code", str(found.pk), limit=TRIES, seconds=TRIES_SECONDS, at=at
    )
    from_there = throttle.allowed(
        "patient_place", source, limit=TRIES_FROM_ONE_PLACE, seconds=TRIES_SECONDS, at=at
    )
    return of_link and from_there


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "followup/patient_over.html", {"sent": False}, status=404)
