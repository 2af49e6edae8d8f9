"""Pages of a participation: what was recorded at inclusion, the certificate, the exit."""

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
from patients import actions, certificates, consent_card, rules, texts
from patients.access import open_record, read_record
from patients.enums import Channel, ConsentKind, EndReason, EnrolmentState, LateReason
from patients.forms import ExitForm, ReopenForm
from patients.identity import Person
from patients.models import Enrolment, PriorTreatment
from patients.takeover.actions import former_number


_WRITE = Permission.CONSENT_WRITE


@require_safe
@require(Permission.PATIENT_VIEW)
def inclusion(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """What was recorded at inclusion: consents, eligibility, prior treatments."""
    enrolment, person = read_record(request, enrolment_id)
    reads_only = enrolment.opened_until is not None
    may_write = allows(request.member, _WRITE) and not reads_only
    may_end = allows(request.member, Permission.PATIENT_END) and not reads_only
    card = consent_card.of(enrolment, may_write=may_write)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "inclusion",
        "card": card,
        "may_write": may_write,
        "is_of_age": _is_of_age(person),
        "answers": enrolment.answers.select_related("criterion").order_by("criterion__position"),
        "treatments": _treatments(enrolment),
        "aliases": _aliases(enrolment),
        "former": _former(enrolment),
        "certificate": certificates.shown(enrolment),
        "may_end": may_end,
        "nir_authorised": enrolment.is_live and may_end and card.allows(ConsentKind.NIR),
        "may_print": allows(request.member, Permission.CERTIFICATE_PRINT) and not reads_only,
    }
    return render(request, "patients/inclusion.html", context)


def _former(enrolment: Enrolment) -> str:
    """The number of the older register, of those who were taken over; "" for the others."""
    is_taken_over = enrolment.late_reason == LateReason.IMPORT
    return former_number(enrolment) if is_taken_over else ""


def _aliases(enrolment: Enrolment) -> list[Enrolment]:
    """Other numbers of the person in this programme: records united with this one."""
    united = Q(merged_into=enrolment) | Q(pk=enrolment.merged_into_id)
    return list(Enrolment.objects.filter(united).order_by("pk"))


def _treatments(enrolment: Enrolment) -> list[tuple[str, PriorTreatment]]:
    """What was tried, with its name; a name is "" once the key is destroyed."""
    rows = list(enrolment.prior_treatments.order_by("pk"))
    return list(zip(texts.drugs(enrolment, rows), rows, strict=True))


def _is_of_age(person: Person | None) -> bool:
    if person is None:
        return False
    return rules.majority_on(person.birth_date, person.birth_precision) <= timezone.localdate()


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_END)
def end(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Record an exit; tapering may go on after it, and a death ends that too."""
    enrolment, person = open_record(request, enrolment_id)
    if not enrolment.is_live:
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
    if typed["channel"]:
        channel = Channel(typed["channel"])
        actions.choose_channel(enrolment, channel, by=request.member, at=timezone.now())
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


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_END)
def reopen(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Undo an exit that was recorded by mistake."""
    enrolment, person = open_record(request, enrolment_id)
    if enrolment.state not in {EnrolmentState.ENDED, EnrolmentState.WEANING}:
        return redirect("patients:inclusion", enrolment_id)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"].strip()
        try:
            actions.reopen(enrolment, reason, by=request.member, at=timezone.now())
        except actions.CannotEnd as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "La participation est rouverte, comme avant la sortie.")
            return redirect("record:patient", enrolment_id)
    context = {"enrolment": enrolment, "person": person, "tab": "inclusion", "form": form}
    return render(request, "patients/reopen.html", context)
