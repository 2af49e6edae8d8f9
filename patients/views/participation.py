"""Pages of a participation: what was recorded at inclusion, the certificate, the exit."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, keys
from core import documents as store
from core.pdf import PdfUnavailable
from patients import actions, documents, texts
from patients.access import open_record
from patients.enums import ConsentKind, EndReason, EnrolmentState
from patients.forms import ExitForm
from patients.models import Consent, Enrolment, PriorTreatment


@require_safe
@require(Permission.PATIENT_VIEW)
def inclusion(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """What was recorded at inclusion: consents, eligibility, prior treatments."""
    enrolment, person = open_record(request, enrolment_id)
    consents = list(
        enrolment.consents.select_related("form", "information", "booklet").order_by("-kind", "pk")
    )
    may_end = allows(request.member, Permission.PATIENT_END)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "inclusion",
        "consents": consents,
        "representative": _representative(enrolment, consents) if may_end else "",
        "answers": enrolment.answers.select_related("criterion").order_by("criterion__position"),
        "treatments": _treatments(enrolment),
        "certificate": documents.certificate(enrolment),
        "aliases": _aliases(enrolment),
        "may_end": may_end,
        "nir_authorised": enrolment.is_live and may_end and any(map(_is_nir, consents)),
    }
    return render(request, "patients/inclusion.html", context)


def _aliases(enrolment: Enrolment) -> list[Enrolment]:
    """Other numbers of the person in this programme: records united with this one."""
    united = Q(merged_into=enrolment) | Q(pk=enrolment.merged_into_id)
    return list(Enrolment.objects.filter(united).order_by("pk"))


def _is_nir(consent: Consent) -> bool:
    standing = consent.is_given and consent.withdrawn_on is None
    return consent.kind == ConsentKind.NIR and standing


def _treatments(enrolment: Enrolment) -> list[tuple[str, PriorTreatment]]:
    """What was tried, with its name; a name is "" once the key is destroyed."""
    rows = list(enrolment.prior_treatments.order_by("pk"))
    return list(zip(texts.drugs(enrolment, rows), rows, strict=True))


def _representative(enrolment: Enrolment, consents: list[Consent]) -> str:
    """Who signed for the patient; empty once the key is destroyed."""
    sealed = next(
        (one.representative_sealed for one in consents if one.representative_sealed), None
    )
    if sealed is None:
        return ""
    try:
        plain = keys.unseal(
            enrolment.key_id, bytes(sealed), aad=actions.representative_aad(enrolment)
        )
    except keys.KeyMissing:
        return ""
    return str(json.loads(plain))


@require_safe
@require(Permission.CERTIFICATE_PRINT)
def certificate(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """The delivered bytes, as they were delivered; each print is journaled."""
    visible = Enrolment.objects.visible_to(request.member).live()
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    document = documents.certificate(enrolment)
    if document is None:
        messages.info(request, "L’attestation n’est pas encore établie.")
        return redirect("patients:inclusion", enrolment_id)
    subject = str(enrolment.public_id)
    audit.record("certificate.printed", document, by=request.member, subject=subject)
    response = HttpResponse(store.read(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="attestation-{enrolment.number}.pdf"'
    return response


@require_POST
@require(Permission.CERTIFICATE_PRINT)
def issue_certificate(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    visible = Enrolment.objects.visible_to(request.member).live()
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    try:
        actions.issue_certificate(enrolment, by=request.member, at=timezone.now())
    except (PdfUnavailable, actions.CannotEnd) as error:
        messages.error(request, str(error))
        return redirect("patients:inclusion", enrolment_id)
    return redirect("patients:certificate", enrolment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_END)
def end(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Record an exit; tapering may go on after it."""
    enrolment, person = open_record(request, enrolment_id)
    if enrolment.state != EnrolmentState.ACTIVE:
        return redirect("patients:inclusion", enrolment_id)
    data = request.POST if request.method == "POST" else None
    form = ExitForm(data, enrolment=enrolment, today=timezone.localdate())
    if form.is_valid() and _end(request, enrolment, form):
        return redirect("record:patient", enrolment_id)
    context = {"enrolment": enrolment, "person": person, "tab": "inclusion", "form": form}
    return render(request, "patients/end.html", context)


def _end(request: MemberRequest, enrolment: Enrolment, form: ExitForm) -> bool:
    """Do it, or tell in the form why not."""
    typed: dict[str, Any] = form.cleaned_data
    try:
        actions.end(
            enrolment,
            reason=EndReason(typed["reason"]),
            on=typed["on"],
            weaning=typed["weaning"] == "YES",
            by=request.member,
            at=timezone.now(),
        )
    except actions.CannotEnd as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "La sortie est enregistrée.")
    return True


@require_POST
@require(Permission.PATIENT_END)
def finish_weaning(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    visible = Enrolment.objects.visible_to(request.member)
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    try:
        actions.finish_weaning(enrolment, by=request.member, at=timezone.now())
    except actions.CannotEnd as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Le sevrage est terminé\u202f: le suivi est clos.")
    return redirect("patients:inclusion", enrolment_id)


@require_POST
@require(Permission.PATIENT_END)
def withdraw_nir(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    visible = Enrolment.objects.visible_to(request.member)
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    try:
        actions.withdraw_nir(enrolment, on=timezone.localdate(), by=request.member)
    except actions.CannotEnd as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "L’autorisation est retirée. Le suivi continue.")
    return redirect("patients:inclusion", enrolment_id)
