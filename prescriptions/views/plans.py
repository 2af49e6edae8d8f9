"""Plans of titration and of weaning: computed from a template, changed, printed, prescribed."""

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, once, papers
from core.autosave import NONE, autosaved
from core.models import Document
from core.numbers import french_number
from patients.access import open_live, open_record
from patients.models import Enrolment
from prescriptions import actions, checks, planned, wanted
from prescriptions.dosage import Step
from prescriptions.forms.plan import PlanForm, PlanStepForm, PlanSteps
from prescriptions.models import Plan
from prescriptions.views.found import context_of, may_write


Steps: TypeAlias = "BaseFormSet[PlanStepForm] | None"


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_WRITE)
@autosaved("plan")
def create(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """«Calculer» fills the steps from the template; «Enregistrer» writes what they say then."""
    enrolment, person = open_live(request, enrolment_id)
    form = _form(request, enrolment)
    steps = _steps(request, form)
    if (
        request.POST.get("save")
        and _may_save(form, steps)
        and (made := _made(request, form, steps))
    ):
        return redirect("prescriptions:plan", enrolment_id, made.public_id)
    context = context_of(enrolment, person) | {
        "form": form,
        "steps": steps,
        "once": request.POST.get("once") or uuid4(),
    }
    return render(request, "prescriptions/plan_form.html", context)


def _sent(request: MemberRequest) -> Mapping[str, Any] | None:
    """What is posted; else a draft whose steps were computed, so that they stand again."""
    if request.method == "POST":
        return request.POST
    draft = getattr(request, "typing", NONE).data or {}
    return draft if "form-TOTAL_FORMS" in draft else None


def _form(request: MemberRequest, enrolment: Enrolment) -> PlanForm:
    today = timezone.localdate()
    return PlanForm(
        _sent(request),
        enrolment=enrolment,
        today=today,
        first={"starts_on": today, **_current(enrolment)},
    )


def _current(enrolment: Enrolment) -> dict[str, Any]:
    """The medicine and the dose of the running prescription: where a weaning begins."""
    last = checks.running(enrolment)
    lines = wanted.of(last).lines if last else ()
    if not lines:
        return {"intakes": "2"}
    step = lines[0].steps[-1]
    return {
        "product": str(lines[0].product.public_id),
        "intakes": str(step.intakes_per_day),
        "dose": french_number(step.dose),
    }


def _steps(request: MemberRequest, form: PlanForm) -> Steps:
    """What was typed; what the template gives once asked; nothing before."""
    data = _sent(request)
    if data is None or not form.is_valid():
        return None
    if "form-TOTAL_FORMS" in data and "compute" not in data:
        return PlanSteps(data)
    return PlanSteps(initial=[_row(step) for step in form.computed()])


def _row(step: Step) -> dict[str, str]:
    return {
        "dose": french_number(step.dose),
        "intakes": str(step.intakes_per_day),
        "days": str(step.days),
    }


def _may_save(form: PlanForm, steps: Steps) -> bool:
    return form.is_valid() and steps is not None and steps.is_bound and steps.is_valid()


def _made(request: MemberRequest, form: PlanForm, steps: Steps) -> Plan | None:
    said, rows = form.cleaned_data, [row.step for row in steps or ()]
    try:
        made = actions.plan(
            form.enrolment,
            said["product"],
            [step for step in rows if step],
            kind=form.chosen.kind,
            starts_on=said["starts_on"],
            signed=(request.member, timezone.now(), once.key_of(request.POST)),
        )
    except (actions.CannotPlan, once.AnotherBody) as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, "Le plan est enregistré. Il ne prescrit rien à lui seul.")
    return made


# --- Reading ---------------------------------------------------------------------------------


def _one(enrolment: Enrolment, public_id: UUID) -> Plan:
    mine = Plan.objects.filter(enrolment=enrolment).select_related("product", "author__user")
    found = get_object_or_404(mine.prefetch_related("steps"), public_id=public_id)
    found.enrolment = enrolment
    return found


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def detail(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    plan = _one(enrolment, public_id)
    standing = plan.ended_at is None and may_write(request, enrolment)
    context = context_of(enrolment, person) | planned.shown(plan)
    context |= {
        "plan": plan,
        "may_write": standing,
        "following": planned.next_part(plan, timezone.localdate()) if standing else None,
    }
    return render(request, "prescriptions/plan.html", context)


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def paper(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    """The delivered bytes, as they were delivered."""
    enrolment, _ = open_record(request, enrolment_id)
    plan = _one(enrolment, public_id)
    document = Document.objects.filter(public_id=plan.paper).first() if plan.paper else None
    content = papers.opened(document)
    audit.record("plan.read", plan, by=request.member, subject=str(enrolment.public_id))
    return papers.pdf(content, "plan.pdf")


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def give_up(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    plan = _one(enrolment, public_id)
    actions.give_up(plan, by=request.member, at=timezone.now())
    messages.success(request, "Le plan est abandonné. Les ordonnances signées restent valables.")
    return redirect("prescriptions:plan", enrolment_id, public_id)
