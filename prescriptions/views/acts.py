from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, once
from patients.access import open_live, open_record
from prescriptions import actions, words
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.enums import VoidReason
from prescriptions.forms import SignForm, VoidForm
from prescriptions.models import Prescription
from prescriptions.views.found import context_of, one_draft, one_of, to_detail
from prescriptions.views.reading import review


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def sign(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    if prescription.prescriber_id != request.member.user_id:
        raise Http404
    context = review(request, prescription, person, request.POST)
    if context["is_to_sign"] and not _signed(request, prescription, context):
        return render(request, "prescriptions/detail.html", context, status=422)
    return to_detail(prescription)


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


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def mention(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    prescription = one_draft(request, enrolment, public_id)
    try:
        actions.accept_mention(prescription, by=request.member)
    except actions.CannotDraft as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "La mention expresse de chevauchement est portée.")
    return to_detail(prescription)


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def renew(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    prescription = one_of(enrolment, public_id)
    return to_detail(_begin(request, prescription, actions.renew) or prescription)


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def adapt(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    """Another dosage from today, whatever was dispensed: a copy to change, then to sign."""
    enrolment, _ = open_live(request, enrolment_id)
    return _begin_to_edit(request, one_of(enrolment, public_id), actions.adapt)


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def replace(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, _ = open_live(request, enrolment_id)
    mine = Prescription.objects.voidable_by(request.member).select_related("enrolment")
    prescription = get_object_or_404(mine, enrolment=enrolment, public_id=public_id)
    return _begin_to_edit(request, prescription, actions.replace)


Beginning = Callable[..., Prescription]


def _begin_to_edit(
    request: MemberRequest, prescription: Prescription, begin: Beginning
) -> HttpResponse:
    started = _begin(request, prescription, begin)
    if started is None:
        return to_detail(prescription)
    of = prescription.enrolment.public_id
    return redirect("prescriptions:edit", of, started.public_id)


def _begin(
    request: MemberRequest, prescription: Prescription, begin: Beginning
) -> Prescription | None:
    """Begin a draft from a prescription, once a key; None when it was refused, and told."""
    key, now = once.key_of(request.POST), timezone.now()
    try:
        return begin(prescription, by=request.member, at=now, key=key)
    except (actions.CannotDraft, once.AnotherBody) as error:
        messages.error(request, str(error))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_WRITE)
def void(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    mine = Prescription.objects.voidable_by(request.member)
    prescription = get_object_or_404(mine, enrolment=enrolment, public_id=public_id)
    data = request.POST if request.method == "POST" else None
    form = VoidForm(data, is_draft=prescription.status == Status.DRAFT)
    if form.is_valid() and _voided(request, prescription, form):
        return to_detail(prescription)
    context = context_of(enrolment, person) | {"prescription": prescription, "form": form}
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
