from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import closures
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import drafts, keys
from core.once import AnotherBody
from followup import (
    actions,
    by_patient,
    calendar_steps,
    correcting,
    drafting,
    next_day,
    overtaken,
    preparing,
    questionnaires,
    rules,
    scores,
)
from followup.drafting import Typing
from followup.enums import Mode, NotDoneReason, VisitStatus
from followup.forms import CorrectionForm, NotDoneForm, VisitForm
from followup.models import PatientLink, Preparation, Visit
from patients.access import open_record, read_record
from patients.models import Enrolment
from programmes.enums import VisitKind


# The tab of `patients/_header.html`.
TAB = "followup"


@require_safe
@require(Permission.PATIENT_VIEW)
def visit_list(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = read_record(request, enrolment_id)
    today = timezone.localdate()
    steps = calendar_steps.with_closures(calendar_steps.steps(enrolment, today), enrolment, today)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": TAB,
        "timeline": calendar_steps.timeline(enrolment, steps),
        "steps": calendar_steps.urgent_first(steps),
        "may_add": enrolment.is_live
        and enrolment.opened_until is None
        and allows(request.member, Permission.VISIT_PREPARE),
    }
    return render(request, "followup/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_PREPARE)
def visit(request: MemberRequest, visit_id: UUID) -> HttpResponseBase:
    """The form of a visit to hold; the page of any other."""
    beside = ("enrolment", "definition", "held_by__user", "prepared_by__user")
    visits = Visit.objects.select_related(*beside)
    found = get_object_or_404(visits, public_id=visit_id)
    # What is not theirs is not found: the record of its patient decides.
    enrolment, person = read_record(request, found.enrolment.public_id)
    found.enrolment = enrolment
    page: dict[str, Any] = {"enrolment": enrolment, "person": person, "tab": TAB, "visit": found}
    if _may_enter(request, found):
        hold = partial(actions.hold, found)
        entry = _Entry(enrolment, found.kind, found.draft_key, hold, found)
        return _enter(request, entry, page)
    if request.method == "POST":
        overtaken.keep(found, request.member.user_id, request.POST, at=timezone.now())
        return redirect("followup:visit", found.public_id)
    correctable = Visit.objects.correctable_by(request.member).filter(pk=found.pk)
    page["may_correct"] = found.status == VisitStatus.DONE and correctable.exists()
    return render(request, "followup/visit.html", page | _read(found) | _over(request, found))


def _over(request: MemberRequest, found: Visit) -> dict[str, Any]:
    """What this person typed while somebody else recorded the visit."""
    typing = overtaken.typed_over(found, request.member.user_id)
    return {"over": typing, "overtaken": overtaken.differences(found, typing) if typing else []}


def _may_enter(request: MemberRequest, found: Visit) -> bool:
    planned = found.status == VisitStatus.PLANNED
    theirs = rules.may_enter(found.holders, request.member.role)
    return planned and theirs and found.enrolment.opened_until is None


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_WRITE)
def correct(request: MemberRequest, visit_id: UUID) -> HttpResponseBase:
    """The form of a held visit, filled with what it says, and why that changes."""
    visits = Visit.objects.correctable_by(request.member).select_related("held_by__user")
    found = get_object_or_404(visits, public_id=visit_id)
    found.enrolment, person = open_record(request, found.enrolment.public_id)
    typing = overtaken.for_correction(found, request.member.user_id)
    form = correcting.form(request.POST if request.method == "POST" else None, found, typing)
    if request.method == "POST":
        if form.is_valid() and _correct(request, found, form):
            drafts.remove(request.member.user_id, found.draft_key, at=timezone.now())
            messages.success(request, "La correction est enregistrée, avec son motif.")
            return redirect("followup:visit", found.public_id)
        now = timezone.now()
        typing = drafting.keep(request.member.user_id, typing.key, request.POST, at=now)
    page: dict[str, Any] = {"enrolment": found.enrolment, "person": person, "tab": TAB}
    page |= {"preparing": False, "prepared": None, "link": None, "answers": []}
    resumed = request.method != "POST" and typing.data is not None
    page |= {"visit": found, "resumed": resumed, "typing": typing, "form": form, "miss_form": None}
    page["sections"] = list(form.sections())
    return render(request, "followup/visit_form.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_PREPARE)
def unscheduled(request: MemberRequest, enrolment_id: UUID) -> HttpResponseBase:
    enrolment, person = open_record(request, enrolment_id)
    page = {"enrolment": enrolment, "person": person, "tab": TAB, "visit": None}
    key = f"visit_new:{enrolment.public_id}"
    hold = partial(actions.hold_unscheduled, enrolment)
    return _enter(request, _Entry(enrolment, VisitKind.SIMPLE, key, hold), page)


@require_POST
@require(Permission.VISIT_WRITE)
def not_done(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    visits = Visit.objects.holdable_by(request.member).select_related("enrolment")
    found = get_object_or_404(visits, public_id=visit_id)
    form = NotDoneForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez le motif de non-réalisation.")
        return redirect("followup:visit", found.public_id)
    try:
        reason = NotDoneReason(form.cleaned_data["reason"])
        actions.mark_not_done(found, reason, by=request.member, at=timezone.now())
    except actions.CannotMiss as error:
        messages.error(request, str(error))
        return redirect("followup:visit", found.public_id)
    messages.success(request, f"{found.title}\u202f: non réalisée.")
    return redirect("followup:list", found.enrolment.public_id)


# --- Entering a visit ------------------------------------------------------------------------


@dataclass
class _Entry:
    """A visit to enter: planned, or not."""

    enrolment: Enrolment
    kind: str
    draft_key: str
    hold: Callable[..., str]
    visit: Visit | None = None

    @cached_property
    def link(self) -> PatientLink | None:
        """Read when its answers are shown or taken over."""
        return by_patient.of_visit(self.visit)

    @cached_property
    def said(self) -> list[by_patient.Answer]:
        """What the patient answered before, to be read and taken over one by one."""
        return by_patient.answers(self.link, timezone.localdate()) if self.link else []


def _enter(request: MemberRequest, entry: _Entry, page: dict[str, Any]) -> HttpResponseBase:
    preparing_only = rules.may_prepare(request.member.role)
    prepared = preparing.of(entry.enrolment, entry.visit)
    typing = _resumed(request, entry, prepared)
    form = _form(request, entry, typing)
    if request.method == "POST" and preparing_only:
        return _hand_over(request, entry)
    if request.method == "POST":
        if form.is_valid() and (target := _hold(request, entry, form)):
            messages.success(request, "La consultation est enregistrée.")
            # What the visit gives out: a page of the acts above.
            return redirect("record:closing", target)
        now = timezone.now()
        typing = drafting.keep(request.member.user_id, entry.draft_key, request.POST, at=now)
    return _show(request, entry, page | {"form": form, "typing": typing, "prepared": prepared})


def _show(request: MemberRequest, entry: _Entry, page: dict[str, Any]) -> HttpResponse:
    form, typing = page["form"], page["typing"]
    page["preparing"] = rules.may_prepare(request.member.role)
    if page["preparing"]:
        form.closing, form.submit = ("next_on", "comment"), "Transmettre au médecin"
    page["sections"] = list(form.sections())
    page["resumed"] = request.method != "POST" and typing.saved_at is not None
    page |= {"link": entry.link, "answers": _taken(request, entry, typing)}
    page["miss_form"] = NotDoneForm() if entry.visit and not page["preparing"] else None
    return render(request, "followup/visit_form.html", page)


def _taken(request: MemberRequest, entry: _Entry, typing: Typing) -> list[by_patient.Answer]:
    """The answers of the patient, those that the doctor had taken over ticked again."""
    ticked = request.POST.getlist("accepted")
    if request.method != "POST":
        kept = (typing.data or {}).get("accepted", [])
        ticked = kept if isinstance(kept, list) else [kept]
    names = set(ticked)
    return [replace(one, accepted=one.name in names) for one in entry.said]


def _resumed(request: MemberRequest, entry: _Entry, prepared: Preparation | None) -> Typing:
    """One's own draft; else what somebody prepared."""
    typing = drafting.resume(request.member.user_id, entry.draft_key)
    if typing.data is not None or prepared is None:
        return typing
    given = preparing.typed_of(prepared, entry.enrolment, entry.visit)
    return replace(typing, data=given)


def _hand_over(request: MemberRequest, entry: _Entry) -> HttpResponse:
    """As it was typed, complete or not: the doctor's own form judges it."""
    try:
        preparing.hand_over(
            entry.enrolment,
            entry.visit,
            drafting.typed(request.POST),
            by=request.member,
            at=timezone.now(),
        )
    except preparing.CannotPrepare as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "La consultation préparée est transmise aux médecins.")
    return redirect("followup:list", entry.enrolment.public_id)


def _form(request: MemberRequest, entry: _Entry, typing: Typing) -> VisitForm:
    today = timezone.localdate()
    data: QueryDict | None = request.POST if request.method == "POST" else None
    if data is not None:
        data = next_day.with_day_taken(data)
    if data is not None and "accepted" in data:
        data = by_patient.filled(data, entry.said)
    typed_on = request.POST.get("held_on") if data is not None else typing.initial.get("held_on")
    held_on = next_day.as_date(typed_on) or today
    planned = entry.visit
    code = planned.code if planned else ""
    parts = questionnaires.asked(entry.enrolment, entry.kind, held_on, code)
    return VisitForm(
        data,
        initial={"held_on": today, "mode": Mode.ON_SITE, **typing.initial},
        parts=parts,
        last=questionnaires.last_known(entry.enrolment, parts),
        earliest=entry.enrolment.included_on,
        today=today,
        window=(planned.opens_on, planned.closes_on) if planned else None,
        closed=partial(closures.of_site, entry.enrolment.site, since=today),
    )


def _hold(request: MemberRequest, entry: _Entry, form: VisitForm) -> str:
    """The public id of the visit recorded; "" when it was refused, and the form says why."""
    body = drafting.typed(request.POST)
    key = form.cleaned_data["once"]
    begun_at = drafting.begun_at(key)
    accepted = tuple(request.POST.getlist("accepted"))
    once = actions.Once(key, body, entry.draft_key, begun_at, accepted)
    try:
        return entry.hold(form.held(), once_only=once, by=request.member, at=timezone.now())
    except actions.CannotHold as error:
        form.refuse(error)
    except AnotherBody as error:
        form.add_error(None, str(error))
    return ""


def _correct(request: MemberRequest, found: Visit, form: CorrectionForm) -> bool:
    """Whether the correction was recorded; when it was refused, the form says why."""
    key, body = form.cleaned_data["once"], drafting.typed(request.POST)
    once = actions.Once(key, body, draft=found.correction_key)
    now, why = timezone.now(), form.correction()
    try:
        actions.correct(found, form.held(), why, once_only=once, by=request.member, at=now)
    except actions.CannotHold as error:
        form.refuse(error)
    except AnotherBody as error:
        form.add_error(None, str(error))
    return not form.errors


# --- Reading a visit -------------------------------------------------------------------------


def _read(found: Visit) -> dict[str, Any]:
    key = keys.open_keys([found.enrolment.key_id]).get(found.enrolment.key_id)
    return {
        "parts": questionnaires.answered(found, key),
        "scores": scores.of(found),
        "comment": questionnaires.open_text(key, found, "comment", found.comment_sealed),
        "correction": questionnaires.open_text(
            key, found, "correction", found.correction_note_sealed
        ),
    }
