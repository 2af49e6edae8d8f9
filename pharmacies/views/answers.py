"""After the counter, or instead of it: undo, put right, write late, write to the prescriber."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import once
from core.autosave import autosaved
from pharmacies import actions, sheet
from pharmacies.forms import CorrectPresentationForm, InterventionForm, LateForm, UndoForm
from pharmacies.models import Dispensation, Intervention, Received
from pharmacies.views.desk import presented_to
from prescriptions.models import Prescription


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def undo(request: MemberRequest, dispensation_id: UUID) -> HttpResponse:
    """A counter-entry: the dispensation stays, and never counted."""
    visible = Dispensation.objects.served_to(request.member, timezone.now()).standing()
    dispensation = get_object_or_404(
        visible.select_related("enrolment", "prescription", "received"), public_id=dispensation_id
    )
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.undo(dispensation, **form.cleaned_data, by=request.member, at=timezone.now())
        except actions.CannotUndo as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Dispensation annulée par une contre-écriture.")
            return _after_undoing(request, dispensation)
    items = dispensation.items.select_related("line", "pack").order_by("line__position", "pk")
    context = {"form": form, "dispensation": dispensation, "items": items}
    return render(request, "pharmacies/undo.html", context)


def _after_undoing(request: MemberRequest, undone: Dispensation) -> HttpResponse:
    """The prescription while it is at hand, to write the right one at once; else the history."""
    at_hand = Prescription.objects.presented_to(request.member, timezone.now())
    if at_hand.filter(pk=undone.prescription_id).exists():
        return redirect("pharmacies:prescription", undone.prescription.public_id)
    return redirect("pharmacies:history")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def correct_presentation(
    request: MemberRequest, prescription_id: UUID, fraction_no: int
) -> HttpResponse:
    """The day of presentation was wrong: the right one, or none."""
    at, member = timezone.now(), request.member
    prescription = presented_to(request, prescription_id, at)
    standing = prescription.received.standing().select_related("pharmacy", "recorded_by__user")
    wrong = get_object_or_404(standing, fraction_no=fraction_no, pharmacy=member.site_id)
    data = request.POST if request.method == "POST" else None
    form = CorrectPresentationForm(data, wrong=wrong, today=timezone.localdate())
    if form.is_valid() and _correct(request, form, at):
        return redirect("pharmacies:prescription", prescription_id)
    told = {"refused": actions.not_correctable(wrong, member), "last": actions.last_upon(wrong)}
    context = {"form": form, "wrong": wrong} | told | _back(prescription)
    return render(request, "pharmacies/correct_presentation.html", context)


def _correct(request: MemberRequest, form: CorrectPresentationForm, at: datetime) -> bool:
    key, by = form.cleaned_data["key"], request.member
    try:
        made = actions.correct_presentation(
            form.wrong, correction=form.correction(), key=key, by=by, at=at
        )
    except actions.CannotCorrect as error:
        form.add_error(error.field or None, str(error))
        return False
    except once.AnotherBody as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _corrected(made))
    return True


def _corrected(made: Received | None) -> str:
    if made is None:
        return "Jour annulé\u202f: l’ordonnance n’est plus enregistrée comme présentée."
    return f"Jour corrigé\u202f: présentée le {made.presented_on:%d/%m/%Y}."


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
@autosaved("late_dispensation")
def late(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """What was handed over before today and never written."""
    at, today = timezone.now(), timezone.localdate()
    prescription = presented_to(request, prescription_id, at)
    read = sheet.read(prescription, member=request.member, on=today)
    form = LateForm(request.POST if request.method == "POST" else None, sheet=read, today=today)
    if form.is_valid() and (done := _record(request, prescription, form)):
        return redirect("pharmacies:done", done.public_id)
    return render(request, "pharmacies/late.html", {"form": form} | _back(prescription))


def _record(
    request: MemberRequest, prescription: Prescription, form: LateForm
) -> Dispensation | None:
    typed = form.cleaned_data
    try:
        return actions.record_made(
            prescription,
            handover=form.handover(),
            presented_on=typed["presented_on"],
            key=typed["key"],
            by=request.member,
            at=timezone.now(),
        )
    except actions.CannotDispense as error:
        form.refuse(str(error), error.field)
    except once.AnotherBody as error:
        form.refuse(str(error), "")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def intervene(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """An intervention or a refusal, with its motive, sent to the prescriber."""
    at = timezone.now()
    prescription = presented_to(request, prescription_id, at)
    form = InterventionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        key = form.cleaned_data["key"]
        try:
            actions.intervene(prescription, word=form.word(), key=key, by=request.member, at=at)
        except once.AnotherBody as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Envoyé à {prescription.answering.full_name}.")
            return redirect("pharmacies:prescription", prescription_id)
    return render(request, "pharmacies/intervene.html", {"form": form} | _back(prescription))


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def read_word(request: MemberRequest, intervention_id: UUID) -> HttpResponse:
    """From the page of the patient: what the pharmacist wrote was read."""
    visible = Intervention.objects.visible_to(request.member)
    made = get_object_or_404(
        visible.select_related("prescription__enrolment"), public_id=intervention_id
    )
    actions.read_intervention(made, by=request.member, at=timezone.now())
    messages.success(request, "Le message du pharmacien est marqué comme lu.")
    return redirect("record:patient", made.prescription.enrolment.public_id)


def _back(prescription: Prescription) -> dict[str, Any]:
    page = reverse("pharmacies:prescription", args=[prescription.public_id])
    trail = [("Dispenser", reverse("pharmacies:counter")), ("Ordonnance", page)]
    return {"prescription": prescription, "crumbs": trail, "back": page}
