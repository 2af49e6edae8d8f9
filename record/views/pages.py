from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission, Role
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import allows, require
from core import audit
from patients import access
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from programmes.models import Programme
from record import duties, grid, overview, saved, worklist
from record import guides as user_guides
from record.forms import SearchForm, WorklistForm
from training import entitlement


HOMES = {
    Role.REFERENCE_DOCTOR: "record:patients",
    Role.RELAY_DOCTOR: "record:patients",
    Role.PHARMACIST: "pharmacies:counter",
    Role.ANALYST: "evaluation:dashboard",
    Role.VIGILANCE_OFFICER: "vigilance:list",
    Role.MANAGER: "evaluation:dashboard",
    Role.PREPARER: "record:patients",
    Role.READER: "evaluation:published",
}


@require_safe
def home(request: MemberRequest) -> HttpResponse:
    """Where each role begins its day."""
    if request.member.role == "":
        return redirect("accounts:choose")
    if request.member.role not in HOMES:
        raise PermissionDenied
    return redirect(HOMES[Role(request.member.role)])


@require_safe
@require(Permission.PATIENT_VIEW)
def patients(request: MemberRequest) -> HttpResponse:
    """My patients, urgent first."""
    member, today = request.member, timezone.localdate()
    form, rows = _asked(request, today)
    context = {
        "form": form,
        "search": SearchForm(),
        "counts": worklist.counts(member, today),
        "found": worklist.page(rows, request.GET, today),
        "may_include": allows(member, Permission.PATIENT_INCLUDE),
        "untrained": _untrained(member, today),
        "duties": duties.of(member, today),
        "may_break": allows(member, Permission.GLASS_BREAK),
    }
    return render(request, "record/patients.html", context | _lists(request))


def _lists(request: MemberRequest) -> dict[str, Any]:
    """The lists that were kept, and the form that keeps the one shown."""
    query = saved.query_of(request.GET)
    naming = saved.NameForm(initial={"query": query})
    return {"saved": saved.of(request.member), "naming": naming, "query": query}


def _untrained(member: Member, today: date) -> list[Programme]:
    """Programmes whose training is missing, for those who may record one."""
    may_record = allows(member, Permission.TRAINING_RECORD)
    return entitlement.missing(member, today) if may_record else []


@require_safe
@require(Permission.PATIENT_VIEW)
def patient_grid(request: MemberRequest) -> HttpResponse:
    """The same patients, each with all their visits."""
    today = timezone.localdate()
    form, rows = _asked(request, today)
    found = grid.page(rows, request.GET, role=request.member.role, today=today)
    return render(request, "record/grid.html", {"form": form, "found": found, **_lists(request)})


def _asked(request: MemberRequest, today: date) -> tuple[WorklistForm, EnrolmentQuerySet]:
    """The filters of the address, and one's patients whom they keep."""
    form = WorklistForm(request.GET, visible=Enrolment.objects.visible_to(request.member))
    member = request.member
    rows = worklist.filtered(worklist.waiting(member, today), form.filters(), member, today)
    return form, rows


@require_safe
@require(Permission.PRESCRIPTION_WRITE)
def to_sign(request: MemberRequest) -> HttpResponse:
    """What others prepared: each is read on its own page, then signed alone."""
    rows = duties.to_sign(request.member)
    audit.record("queue.viewed", by=request.member, rows=len(rows))
    return render(request, "record/to_sign.html", {"rows": rows})


@require_POST
@require(Permission.PATIENT_VIEW)
def search(request: MemberRequest) -> HttpResponse:
    """Find one's own patients by name or number; the only one found is opened at once."""
    form = SearchForm(request.POST)
    found = worklist.Patients([])
    if form.is_valid():
        found = _found(request, form)
        audit.record("patient.searched", by=request.member, found=len(found.rows))
        if len(found.rows) == 1:
            return redirect("record:patient", found.rows[0].enrolment.public_id)
    may_break = allows(request.member, Permission.GLASS_BREAK)
    context = {"search": form, "found": found, "may_break": may_break}
    return render(request, "record/search.html", context)


def _found(request: MemberRequest, form: SearchForm) -> worklist.Patients:
    today, said = timezone.localdate(), form.cleaned_data
    rows = worklist.found(
        worklist.waiting(request.member, today),
        request.member,
        typed=said["q"],
        birth_date=said["birth_date"],
    )
    return worklist.page(rows, QueryDict(), today)


@require_safe
@require(Permission.PATIENT_VIEW)
def patient(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = access.read_record(request, enrolment_id)
    today = timezone.localdate()
    found = overview.of(enrolment, member=request.member, today=today)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "record",
        "overview": found,
        "today": today,
        "may_report": allows(request.member, Permission.ADVERSE_EVENT_WRITE)
        and enrolment.opened_until is None,
        "may_open": enrolment.opened_until is None,
        "may_read": allows(request.member, Permission.PRESCRIPTION_WRITE)
        and enrolment.opened_until is None,
    }
    return render(request, "record/patient.html", context)


@login_not_required
@require_safe
def guides(request: MemberRequest) -> HttpResponse:
    """How to work with the registry, one guide a role: open to anybody."""
    mine = user_guides.BY_ROLE.get(Role(request.member.role)) if request.member.role else None
    context = {"guides": user_guides.GUIDES, "mine": mine, "contact": settings.SITE_CONTACT}
    return render(request, "record/guide/index.html", context)


@login_not_required
@require_safe
def guide(request: MemberRequest, slug: str) -> HttpResponse:
    found = user_guides.BY_SLUG.get(slug)
    if found is None:
        raise Http404
    context = {"guide": found, "contact": settings.SITE_CONTACT}
    return render(request, f"record/guide/{found.slug}.html", context)


@login_not_required
@require_safe
def information(request: MemberRequest, name: str) -> HttpResponse:
    """What a site must say of itself, and how to work with it: open to anybody."""
    context = {"owner": settings.SITE_OWNER, "contact": settings.SITE_CONTACT}
    return render(request, f"record/information/{name}.html", context)
