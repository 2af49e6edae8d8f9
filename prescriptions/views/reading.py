from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import step_up
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, keyset, papers
from core.months import add_months
from core.pdf import PdfUnavailable
from patients.access import open_live, open_record, read_record
from patients.identity import Person
from prescriptions import actions, checks, history, switching, wanted
from prescriptions.alerts import to_justify
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.forms import SignForm
from prescriptions.models import Plan, Prescription
from prescriptions.sheet import sheet
from prescriptions.standing import standing
from prescriptions.views.found import context_of, may_write, one_of, to_detail


PAGE_SIZE = 20


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def prescription_list(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = read_record(request, enrolment_id)
    today = timezone.localdate()
    rows = (
        Prescription.objects.filter(enrolment=enrolment)
        .select_related("prescriber", "author__site")
        .prefetch_related("lines")
    )
    page = keyset.page(rows, ["-pk"], request.GET, size=PAGE_SIZE)
    context = context_of(enrolment, person) | {
        "rows": [(row, *standing(row, today)) for row in page.rows],
        "page": page,
        "plans": Plan.objects.filter(enrolment=enrolment).standing().select_related("product"),
        "shortages": switching.shortages(enrolment, today),
        "may_write": may_write(request, enrolment),
        "may_prepare": may_write(request, enrolment, Permission.PRESCRIPTION_PREPARE),
    }
    return render(request, "prescriptions/list.html", context)


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def history_page(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Periods of every prescriber on one axis, with their alerts."""
    enrolment, person = read_record(request, enrolment_id)
    since = None if "tout" in request.GET else add_months(timezone.localdate(), -history.MONTHS)
    context = context_of(enrolment, person) | {
        "history": history.of(enrolment, since),
        "since": since,
    }
    return render(request, "prescriptions/history.html", context)


@require_safe
@require(Permission.PRESCRIPTION_WRITE)
def switch(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    """What may replace the medicines of this prescription that are missing today."""
    enrolment, person = open_live(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    context = context_of(enrolment, person) | {
        "prescription": prescription,
        "affected": switching.affected(prescription, timezone.localdate()),
    }
    return render(request, "prescriptions/switch.html", context)


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def detail(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = read_record(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    context = review(request, prescription, person)
    return render(request, "prescriptions/detail.html", context)


def review(
    request: MemberRequest,
    prescription: Prescription,
    person: Person | None,
    data: QueryDict | None = None,
) -> dict[str, Any]:
    enrolment, member, today = prescription.enrolment, request.member, timezone.localdate()
    own = prescription.prescriber_id == member.user_id
    context = context_of(enrolment, person) | {
        "prescription": prescription,
        "sheet": sheet(prescription, on=prescription.signed_on or today),
        "state": standing(prescription, today),
        "may_write": may_write(request, enrolment),
        "may_void": own
        and Prescription.objects.voidable_by(member).filter(pk=prescription.pk).exists(),
        "alerts": [],
        "passed": list(prescription.passed_alerts.order_by("pk")),
        "once": uuid4(),
        "is_to_sign": own and prescription.status == Status.DRAFT,
        "may_edit": Prescription.objects.editable_by(member).filter(pk=prescription.pk).exists(),
    }
    return context | _to_sign(request, prescription, data) if context["is_to_sign"] else context


def _to_sign(
    request: MemberRequest, prescription: Prescription, data: QueryDict | None
) -> dict[str, Any]:
    text = wanted.of(prescription)
    found = checks.verdicts(
        prescription.enrolment,
        text,
        by=request.member,
        on=timezone.localdate(),
        replaces=prescription.replaces,
    )
    first = {"once": uuid4(), "shown": actions.fingerprint(text)}
    return {
        "shown": first["shown"],
        "alerts": found,
        "is_refused": any(alert.level == "REFUSAL" for alert in found),
        "needs_mention": any(
            alert.code == "MENTION" and alert.level == "REFUSAL" for alert in found
        ),
        "form": SignForm(data, initial=first, needs_reason=bool(to_justify(found))),
        "signature": step_up.signature(request),
    }


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def pdf(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_record(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    content, subject = papers.opened(prescription.document), str(enrolment.public_id)
    audit.record("prescription.read", prescription, by=request.member, subject=subject)
    if prescription.is_transcribed:
        return papers.scan(content, f"ordonnance-{enrolment.number}")
    return papers.pdf(content, "ordonnance.pdf")


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def print_document(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_record(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    try:
        actions.print_document(prescription, by=request.member, at=timezone.now())
    except PdfUnavailable as error:
        messages.error(request, str(error))
    return to_detail(prescription)
