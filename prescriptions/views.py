from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, drafts, keys, keyset, once
from core.documents import read
from core.pdf import PdfUnavailable
from patients.access import open_live, open_record
from patients.identity import Person
from patients.models import Enrolment
from prescriptions import actions, checks, rules, typed, wanted, words
from prescriptions.alerts import to_justify
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.enums import VoidReason
from prescriptions.forms import PrescriptionForm, SignForm, VoidForm
from prescriptions.models import Prescription
from prescriptions.sheet import sheet
from prescriptions.standing import standing
from prescriptions.typed import Typed


PAGE_SIZE = 20


# --- The list --------------------------------------------------------------------------------


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def prescription_list(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    today = timezone.localdate()
    rows = (
        Prescription.objects.filter(enrolment=enrolment)
        .select_related("prescriber", "author__site")
        .prefetch_related("lines")
    )
    page = keyset.page(rows, ["-pk"], request.GET, size=PAGE_SIZE)
    context = _context(enrolment, person) | {
        "rows": [(row, *standing(row, today)) for row in page.rows],
        "page": page,
        "may_write": _may_write(request, enrolment),
    }
    return render(request, "prescriptions/list.html", context)


def _context(enrolment: Enrolment, person: Person | None) -> dict[str, Any]:
    return {"enrolment": enrolment, "person": person, "tab": "prescriptions"}


def _may_write(request: MemberRequest, enrolment: Enrolment) -> bool:
    return enrolment.is_live and allows(request.member, Permission.PRESCRIPTION_WRITE)


# --- Writing ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_WRITE)
def create(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = open_live(request, enrolment_id)
    form = _form(request, enrolment, None)
    if form.is_valid() and (prescription := _drafted(request, form)):
        return _to_detail(prescription)
    return _render_form(request, form, _context(enrolment, person), enrolment.public_id)


def _drafted(request: MemberRequest, form: PrescriptionForm) -> Prescription | None:
    enrolment, key = form.enrolment, request.POST.get("once", "").replace("\0", "")[:64]
    try:
        with transaction.atomic():
            prescription = actions.draft(
                enrolment, form.wanted, by=request.member, at=timezone.now(), key=key
            )
            _forget_typed(request, enrolment.public_id)
    except (actions.CannotDraft, once.AnotherBody) as error:
        form.refuse(str(error))
        return None
    return prescription


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_WRITE)
def edit(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_live(request, enrolment_id)
    prescription = _draft(request, enrolment, public_id)
    form = _form(request, enrolment, prescription)
    if form.is_valid() and _changed(request, form, prescription):
        return _to_detail(prescription)
    return _render_form(request, form, _context(enrolment, person), public_id)


def _changed(request: MemberRequest, form: PrescriptionForm, prescription: Prescription) -> bool:
    try:
        with transaction.atomic():
            actions.change_draft(prescription, form.wanted, by=request.member, at=timezone.now())
            _forget_typed(request, prescription.public_id)
    except actions.CannotDraft as error:
        form.refuse(str(error))
        return False
    return True


def _form(
    request: MemberRequest, enrolment: Enrolment, prescription: Prescription | None
) -> PrescriptionForm:
    """From what is posted; else from what was kept; else from the draft, or a first line."""
    text, bound = _typed(request, enrolment, prescription)
    return PrescriptionForm(
        text,
        enrolment=enrolment,
        member=request.member,
        today=timezone.localdate(),
        bound=bound,
        replaces=prescription.replaces if prescription else None,
    )


def _typed(
    request: MemberRequest, enrolment: Enrolment, prescription: Prescription | None
) -> tuple[Typed, bool]:
    if request.method == "POST":
        posted = typed.from_fields(request.POST.dict())
        command = request.POST.get("change", "")
        return typed.rearranged(posted, command), not command
    owner = prescription.public_id if prescription else enrolment.public_id
    if kept := drafts.load(request.member.user_id, _draft_key(owner)):
        return typed.from_fields(kept.data), False
    if prescription is not None:
        return typed.from_wanted(wanted.of(prescription)), False
    return Typed({"starts_on": f"{_first_day(enrolment):%d/%m/%Y}"}), False


def _first_day(enrolment: Enrolment) -> date:
    last = checks.running(enrolment)
    return rules.day_after(last.ends_on if last else None, timezone.localdate())


def _draft_key(owner: UUID) -> str:
    return f"prescription:{owner}"


def _forget_typed(request: MemberRequest, owner: UUID) -> None:
    drafts.remove(request.member.user_id, _draft_key(owner), at=timezone.now())


def _render_form(
    request: MemberRequest, form: PrescriptionForm, context: Mapping[str, Any], owner: UUID
) -> HttpResponse:
    key = _draft_key(owner)
    kept = drafts.load(request.member.user_id, key)
    context = {
        **context,
        "form": form,
        "draft_key": key,
        "draft_version": kept.version if kept else 0,
        "saved_at": kept.saved_at if kept else None,
        # After a refusal of the act the same key would be refused again.
        "once": uuid4() if form.non_field_errors else request.POST.get("once") or uuid4(),
        "max_narcotic_days": rules.MAX_NARCOTIC_DAYS,
        "is_new": owner == context["enrolment"].public_id,
    }
    return render(request, "prescriptions/form.html", context)


def _draft(request: MemberRequest, enrolment: Enrolment, public_id: UUID) -> Prescription:
    mine = Prescription.objects.editable_by(request.member).filter(enrolment=enrolment)
    prescription = get_object_or_404(mine.select_related("replaces"), public_id=public_id)
    prescription.enrolment = enrolment
    return prescription


def _to_detail(prescription: Prescription) -> HttpResponse:
    return redirect(
        "prescriptions:detail", prescription.enrolment.public_id, prescription.public_id
    )


# --- Reading, signing ------------------------------------------------------------------------


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def detail(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    prescription = _one(request, enrolment, public_id)
    context = _detail(request, prescription, person)
    return render(request, "prescriptions/detail.html", context)


def _one(request: MemberRequest, enrolment: Enrolment, public_id: UUID) -> Prescription:
    visible = Prescription.objects.visible_to(request.member).filter(enrolment=enrolment)
    prescription = get_object_or_404(
        visible.select_related("author__user", "author__site", "replaces", "document"),
        public_id=public_id,
    )
    prescription.enrolment, prescription.patient = enrolment, enrolment.patient
    return prescription


def _detail(
    request: MemberRequest,
    prescription: Prescription,
    person: Person | None,
    data: QueryDict | None = None,
) -> dict[str, Any]:
    enrolment, member, today = prescription.enrolment, request.member, timezone.localdate()
    own = prescription.prescriber_id == member.user_id
    context = _context(enrolment, person) | {
        "prescription": prescription,
        "sheet": sheet(prescription, on=prescription.signed_on or today),
        "state": standing(prescription, today),
        "may_write": _may_write(request, enrolment),
        "may_void": own
        and Prescription.objects.voidable_by(member).filter(pk=prescription.pk).exists(),
        "alerts": [],
        "passed": list(prescription.passed_alerts.order_by("pk")),
        "once": uuid4(),
        "is_to_sign": own and prescription.status == Status.DRAFT,
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


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def sign(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    prescription = _one(request, enrolment, public_id)
    if prescription.prescriber_id != request.member.user_id:
        raise Http404
    context = _detail(request, prescription, person, request.POST)
    if context["is_to_sign"] and not _signed(request, prescription, context):
        return render(request, "prescriptions/detail.html", context, status=422)
    return _to_detail(prescription)


def _signed(request: MemberRequest, prescription: Prescription, context: Mapping[str, Any]) -> bool:
    """Sign, or put the refusal where it belongs. The secret is asked last: it serves once."""
    form: SignForm = context["form"]
    if not form.is_valid() or not context["signature"].is_valid():
        return False
    typed_in = form.cleaned_data
    try:
        signed = actions.sign(
            prescription,
            by=request.member,
            at=timezone.now(),
            key=str(typed_in["once"]),
            shown=typed_in["shown"],
            reason=typed_in["reason"],
        )
    except (actions.CannotSign, once.AnotherBody) as error:
        form.add_error(None, str(error))
        subject = str(prescription.enrolment.public_id)
        audit.record("prescription.refused", prescription, by=request.member, subject=subject)
        # The page shows the draft as it is now: what is signed next is what is read there.
        form.data = request.POST.dict() | {"once": str(uuid4()), "shown": context["shown"]}
        return False
    messages.success(request, words.signed(signed.printed_code))
    return True


# --- One-click acts --------------------------------------------------------------------------


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def mention(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    prescription = _draft(request, enrolment, public_id)
    try:
        actions.accept_mention(prescription, by=request.member)
    except actions.CannotDraft as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "La mention expresse de chevauchement est portée.")
    return _to_detail(prescription)


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def renew(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    prescription = _one(request, enrolment, public_id)
    key, now = request.POST.get("once", "").replace("\0", "")[:64], timezone.now()
    try:
        return _to_detail(actions.renew(prescription, by=request.member, at=now, key=key))
    except (actions.CannotDraft, once.AnotherBody) as error:
        messages.error(request, str(error))
        return _to_detail(prescription)


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def replace(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    mine = Prescription.objects.voidable_by(request.member)
    prescription = get_object_or_404(mine, enrolment=enrolment, public_id=public_id)
    key, now = request.POST.get("once", "").replace("\0", "")[:64], timezone.now()
    try:
        started = actions.replace(prescription, by=request.member, at=now, key=key)
    except (actions.CannotDraft, once.AnotherBody) as error:
        messages.error(request, str(error))
        return _to_detail(prescription)
    return redirect("prescriptions:edit", enrolment_id, started.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_WRITE)
def void(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    mine = Prescription.objects.voidable_by(request.member)
    prescription = get_object_or_404(mine, enrolment=enrolment, public_id=public_id)
    data = request.POST if request.method == "POST" else None
    form = VoidForm(data, is_draft=prescription.status == Status.DRAFT)
    if form.is_valid() and _voided(request, prescription, form):
        return _to_detail(prescription)
    context = _context(enrolment, person) | {"prescription": prescription, "form": form}
    return render(request, "prescriptions/void.html", context)


def _voided(request: MemberRequest, prescription: Prescription, form: VoidForm) -> bool:
    reason = VoidReason(form.cleaned_data["reason"])
    try:
        actions.void(prescription, reason=reason, by=request.member, at=timezone.now())
    except actions.CannotVoid as error:
        form.add_error("reason", str(error))
        return False
    messages.success(request, "L’ordonnance est annulée.")
    return True


# --- Document --------------------------------------------------------------------------------


@require_safe
@require(Permission.PRESCRIPTION_VIEW)
def pdf(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_record(request, enrolment_id)
    prescription = _one(request, enrolment, public_id)
    if prescription.document is None:
        raise Http404
    try:
        content = read(prescription.document)
    except keys.KeyMissing as error:
        raise Http404 from error
    subject = str(enrolment.public_id)
    audit.record("prescription.read", prescription, by=request.member, subject=subject)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="ordonnance.pdf"'
    return response


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def print_document(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_record(request, enrolment_id)
    prescription = _one(request, enrolment, public_id)
    try:
        actions.print_document(prescription, by=request.member, at=timezone.now())
    except PdfUnavailable as error:
        messages.error(request, str(error))
    return _to_detail(prescription)
