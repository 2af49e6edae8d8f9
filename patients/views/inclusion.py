"""Including a patient: five pages over one draft; nothing is recorded before the last."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.geography import DEPARTEMENTS
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, drafts, throttle
from core.views import keep_typed
from patients import actions, draft, duplicates, gates
from patients.draft import STEPS, InclusionDraft, Save
from patients.duplicates import Candidate
from patients.forms import ConfirmForm, IdentityForm, InformationForm, StartForm
from patients.identity import Person
from patients.interactions import interactions, known_on
from patients.models import Enrolment, IdentityIndex
from patients.steps import ORDER, AnyForm, Steps, next_step, stamped
from programmes import openings
from programmes.models import Opening, Programme
from training import entitlement


# Comparisons of one person in ten minutes. No legal source: a dozen inclusions, typed slowly.
COMPARED, COMPARED_SECONDS = 200, 600


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_INCLUDE)
def include(request: MemberRequest) -> HttpResponse:
    """Take up an unfinished inclusion, or begin one."""
    now, programmes = timezone.now(), _programmes(request)
    today = timezone.localdate(now)
    form = StartForm(request.POST if request.method == "POST" else None, programmes=programmes)
    if form.is_valid():
        draft_id = draft.start(form.cleaned_data["programme"], by=request.member, at=now)
        return redirect("patients:step", draft_id, "information")
    names = {programme.pk: programme for programme in programmes}
    mine = draft.mine(by=request.member, at=now)
    context = {
        "form": form,
        "programmes": [_offered(request, one, today) for one in names.values()],
        "untrained": entitlement.missing(request.member, today),
        "drafts": [(one, names[one.programme_id]) for one in mine if one.programme_id in names],
    }
    return render(request, "patients/include.html", context)


@require_safe
@require(Permission.PATIENT_INCLUDE)
def resume(request: MemberRequest, draft_id: UUID) -> HttpResponse:
    """Go to the first step that was never typed."""
    found = draft.load(draft_id, by=request.member, at=timezone.now())
    if found is None:
        return _recorded_or_404(request, draft_id)
    return redirect("patients:step", draft_id, found.next_step)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_INCLUDE)
def step(request: MemberRequest, draft_id: UUID, step: str) -> HttpResponse:
    """One step; an earlier one that is missing or wrong is asked first."""
    found = draft.load(draft_id, by=request.member, at=timezone.now())
    if found is None or step not in STEPS:
        return _recorded_or_404(request, draft_id)
    steps = _steps(request, found)
    if earlier := steps.blocking(step):
        return redirect("patients:step", draft_id, earlier)
    if request.method == "POST" and step == "confirmation":
        return _confirm(request, steps)
    if request.method == "POST":
        return _continue(request, steps, step)
    return _page(request, steps, step, steps.form(step, near=_near(request)))


@require_POST
@require(Permission.PATIENT_INCLUDE)
def autosave(request: MemberRequest, draft_id: UUID, step: str) -> JsonResponse:
    """Keep what a step holds, valid or not; the other steps stay as they were."""
    found = draft.load(draft_id, by=request.member, at=timezone.now())
    if found is None or step not in STEPS:
        return JsonResponse({"erreur": str(drafts.DraftClosed())}, status=410)
    today, member = timezone.localdate(), request.member
    return keep_typed(
        request,
        lambda data, version, at: draft.save(
            found, Save(step, stamped(step, data, today), version), by=member, at=at
        ),
        lambda: draft.kept(found, step, by=member),
    )


@require_POST
@require(Permission.PATIENT_INCLUDE)
def abandon(request: MemberRequest, draft_id: UUID) -> HttpResponse:
    """Forget an inclusion that will not be."""
    now = timezone.now()
    if draft.load(draft_id, by=request.member, at=now) is None:
        raise Http404
    draft.erase(draft_id, by=request.member, at=now)
    messages.success(request, "La saisie est effacée.")
    return redirect("patients:include")


@require_POST
@require(Permission.PATIENT_INCLUDE)
@never_cache
def alike(request: MemberRequest, draft_id: UUID) -> HttpResponse:
    """A part of the page of the identity: who is known and looks like what is typed so far."""
    now = timezone.now()
    found = draft.load(draft_id, by=request.member, at=now)
    steps = _steps(request, found) if found else None
    if steps is None or steps.blocking("identite"):
        raise Http404
    form = steps.form("identite", request.POST)
    person = form.partial() if isinstance(form, IdentityForm) else None
    candidates = _compared(request, person, now) if person else []
    return render(request, "patients/_alike.html", {"candidates": candidates})


def _compared(request: MemberRequest, person: Person, at: datetime) -> list[Candidate]:
    """Each comparison is journaled; somebody who makes too many is told nothing more."""
    who = str(request.member.user_id)
    if not throttle.allowed("alike", who, limit=COMPARED, seconds=COMPARED_SECONDS, at=at):
        return []
    candidates = duplicates.candidates(person, by=request.member)
    audit.record("identity.compared", by=request.member, found=len(candidates))
    _journal_shown(request, candidates)
    return candidates


def _journal_shown(
    request: MemberRequest, candidates: Iterable[Candidate], namesake: IdentityIndex | None = None
) -> None:
    """It stands among the accesses of whoever was shown without a name."""
    shown = [one.enrolment for one in candidates if not one.is_mine]
    if namesake is not None:
        shown += duplicates.elsewhere(namesake, by=request.member)
    for one in shown:
        audit.record("identity.compared", by=request.member, subject=str(one.public_id))


# --- Inside a step ---------------------------------------------------------------------------


def _programmes(request: MemberRequest) -> QuerySet[Programme]:
    return Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")


def _offered(
    request: MemberRequest, programme: Programme, today: date
) -> tuple[Programme, Opening | None, str]:
    """A programme, its closure of the day, and why no place is left in it; "" when one is."""
    closed = openings.closure(programme, today)
    full = [] if closed else gates.places(programme, request.member, {today})
    return programme, closed, next(filter(None, full), "")


def _steps(request: MemberRequest, found: InclusionDraft) -> Steps:
    programme = _programmes(request).filter(pk=found.programme_id).first()
    if programme is None:
        raise Http404
    return Steps(found, programme, request.member, timezone.localdate())


def _recorded_or_404(request: MemberRequest, draft_id: UUID) -> HttpResponse:
    """A form sent twice, or a page opened again, leads to what was recorded."""
    target = actions.included_before(key=draft.key_of(draft_id), by=request.member)
    if not target:
        raise Http404
    return redirect("record:patient", target)


def _near(request: MemberRequest) -> str:
    asked = request.GET.get("departement", "")
    return asked if asked in DEPARTEMENTS else request.member.site.departement


def _continue(request: MemberRequest, steps: Steps, step: str) -> HttpResponse:
    """Keep what was typed, right or wrong; go on when it is right."""
    now, form = timezone.now(), steps.form(step, request.POST, near=_near(request))
    if isinstance(form, InformationForm) and form.is_refused:
        draft.erase(steps.draft.id, by=request.member, at=now)
        text = "Le patient refuse de participer\u202f: la saisie est effacée, rien n’est conservé."
        messages.info(request, text)
        return redirect("patients:include")
    valid = form.is_valid()
    typed = {name: value for name, value in request.POST.items() if name in form.fields}
    consented = valid if step == "information" else None
    change = Save(step, stamped(step, typed, steps.today), steps.draft.version, consented=consented)
    try:
        kept = draft.save(steps.draft, change, by=request.member, at=now)
    except drafts.Refusal as error:
        messages.error(request, str(error))
        return redirect("patients:step", steps.draft.id, step)
    if valid:
        return redirect("patients:step", steps.draft.id, next_step(step))
    return _page(request, steps, step, form, version=kept.version)


def _confirm(request: MemberRequest, steps: Steps) -> HttpResponse:
    """Record the inclusion, then its certificate; every refusal is shown where it is made right."""
    form = steps.form("confirmation", request.POST)
    if not isinstance(form, ConfirmForm) or not form.is_valid():
        return _page(request, steps, "confirmation", form)
    key, now = draft.key_of(steps.draft.id), timezone.now()
    inclusion = replace(
        steps.inclusion(), different=form.different, homonym_reason=form.homonym_reason
    )
    try:
        enrolment = actions.include(inclusion, key=key, by=request.member, at=now)
    except actions.CannotInclude as error:
        _journal_refusal(request, error)
        return _page(request, steps, "confirmation", form, refusals=error.refusals)
    _tell_included(request, enrolment, now)
    return redirect("record:patient", enrolment.public_id)


def _tell_included(request: MemberRequest, enrolment: Enrolment, now: datetime) -> None:
    """Make the certificate, where the programme has one, and tell what became of it."""
    if not enrolment.programme.issues_certificate:
        messages.success(request, "Le patient est inclus.")
    elif actions.try_certificate(enrolment, by=request.member, at=now):
        text = "Le patient est inclus. Son attestation est sous l’onglet «\u202fInclusion\u202f»."
        messages.success(request, text)
    else:
        text = "Le patient est inclus. L’attestation reste à établir, à l’onglet Inclusion."
        messages.warning(request, text)


def _journal_refusal(request: MemberRequest, error: actions.CannotInclude) -> None:
    """Who asked after somebody already followed stands in that person's access log."""
    followed = error.enrolment if isinstance(error, actions.AlreadyFollowed) else None
    audit.record(
        "inclusion.refused",
        by=request.member,
        subject=str(followed.public_id) if followed else "",
        steps=sorted({refusal.step for refusal in error.refusals}),
        already_followed=followed is not None,
    )


def _page(
    request: MemberRequest, steps: Steps, step: str, form: AnyForm, **more: Any
) -> HttpResponse:
    place = ORDER.index(step)
    names = list(STEPS.values())
    context = {
        "form": form,
        "step": step,
        "number": place + 1,
        "total": len(ORDER),
        "title": names[place],
        "next_title": names[place + 1] if place + 1 < len(names) else "",
        "previous": ORDER[place - 1] if place else "",
        "draft": steps.draft,
        "version": more.get("version", steps.draft.version),
        "programme": steps.programme,
    }
    if step == "relais":
        context |= {"departements": DEPARTEMENTS.items(), "near": _near(request)}
    if step == "confirmation":
        context |= _summary(request, steps, more.get("refusals"))
        context |= {"namesake": steps.namesake}
        _journal_shown(request, steps.alike, steps.namesake)
    return render(request, f"patients/step_{step}.html", context)


def _summary(
    request: MemberRequest, steps: Steps, refusals: list[gates.Refusal] | None
) -> dict[str, Any]:
    """What is about to be recorded, and what still forbids it."""
    inclusion = steps.inclusion()
    told, found = inclusion.information, inclusion.eligibility
    verdict = found.verdict(told.included_on)
    known = interactions(found.continued, known_on(told.included_on))
    if refusals is None:
        refusals = gates.refusals(inclusion, by=request.member, today=steps.today)
    return {
        "inclusion": inclusion,
        "age": inclusion.person.age_text(told.included_on),
        "precautions": [*verdict.precautions, *(one.message for one in known)],
        "derogations": verdict.derogations,
        "refusals": [(one.message, STEPS[one.step], _address(steps, one.step)) for one in refusals],
    }


def _address(steps: Steps, step: str) -> str:
    return reverse("patients:step", args=[steps.draft.id, step])
