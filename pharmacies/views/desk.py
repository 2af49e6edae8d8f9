"""The counter: find a prescription, see what is due, hand over, read again what was done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, keyset, once
from core.autosave import autosaved
from patients import identity
from patients.identity import Person
from pharmacies import actions, samples, sheet
from pharmacies.forms import CounterForm, DaysForm, DispensingForm, ReceiveForm
from pharmacies.models import Bulletin, Dispensation, Notice
from pharmacies.sheet import Sheet
from prescriptions import texts
from prescriptions.actions import CannotPresent, present
from prescriptions.models import Prescription


PER_PAGE = 50
# Alerts shown above the counter. No legal source: one glance.
MOST_ALERTS = 3


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def counter(request: MemberRequest) -> HttpResponse:
    """The pharmacist's home: a code and a birth date open one prescription."""
    data = request.POST if request.method == "POST" else None
    form = CounterForm(data, today=timezone.localdate())
    if form.is_valid():
        try:
            presentation = present(**form.cleaned_data, by=request.member, at=timezone.now())
        except CannotPresent as error:
            form.add_error(None, str(error))
        else:
            return redirect("pharmacies:prescription", presentation.prescription.public_id)
    context = {
        "form": form,
        "papers": samples.waiting(request.member),
        "notices": Notice.objects.visible_to(request.member).waiting().count(),
        "alerts": list(Bulletin.objects.waiting_for(request.member)[:MOST_ALERTS]),
    }
    return render(request, "pharmacies/counter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
@autosaved("dispensation")
def prescription(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """One screen: for whom, what, how many days are due and why, what leaves now."""
    at = timezone.now()
    presented = presented_to(request, prescription_id, at)
    today = timezone.localdate()
    read = sheet.read(presented, member=request.member, on=today)
    data = request.POST if request.method == "POST" else None
    # What was typed is shown again: nothing is proposed to it.
    batches = None if data else sheet.batches_of_the_day(request.member, read.rows, on=today, at=at)
    form = DispensingForm(data, sheet=read, today=today, batches=batches)
    if form.is_valid() and (done := _dispense(request, presented, form, at)):
        return redirect("pharmacies:done", done.public_id)
    receive_form = ReceiveForm(sheet=read, today=today)
    return render(request, "pharmacies/prescription.html", _context(request, form, receive_form))


@require_POST
@require(Permission.DISPENSATION_WRITE)
def receive(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """«Présentée, commandée»: only the day of presentation is recorded."""
    at, today = timezone.now(), timezone.localdate()
    presented = presented_to(request, prescription_id, at)
    read = sheet.read(presented, member=request.member, on=today)
    form = ReceiveForm(request.POST, sheet=read, today=today)
    if form.is_valid() and _receive(request, presented, form, at):
        return redirect("pharmacies:prescription", prescription_id)
    batches = sheet.batches_of_the_day(request.member, read.rows, on=today, at=at)
    dispensing = DispensingForm(sheet=read, today=today, batches=batches)
    return render(request, "pharmacies/prescription.html", _context(request, dispensing, form))


@require_safe
@require(Permission.DISPENSATION_WRITE)
def done(request: MemberRequest, dispensation_id: UUID) -> HttpResponse:
    """What was just recorded, when the next one opens, and the code field again."""
    served = Dispensation.objects.served_to(request.member, timezone.now())
    visible = served.select_related("enrolment", "undone")
    dispensation = get_object_or_404(visible, public_id=dispensation_id)
    prescriptions = Prescription.objects.select_related(*sheet.LOADED)
    today = timezone.localdate()
    read = sheet.read(
        prescriptions.get(pk=dispensation.prescription_id), member=request.member, on=today
    )
    subject = str(dispensation.enrolment.public_id)
    audit.record("dispensation.viewed", dispensation, by=request.member, subject=subject)
    items = dispensation.items.select_related("line", "pack").order_by("line__position", "pk")
    context = {
        "dispensation": dispensation,
        "items": items,
        "sheet": read,
        "is_late": dispensation.dispensed_on < timezone.localdate(dispensation.recorded_at),
        "form": CounterForm(today=today),
    }
    return render(request, "pharmacies/done.html", context)


@require_safe
@require(Permission.DISPENSATION_VIEW)
def history(request: MemberRequest) -> HttpResponse:
    """Dispensations of the pharmacist's own pharmacy, the last recorded first."""
    form = DaysForm(request.GET)
    visible = form.kept(Dispensation.objects.served_to(request.member, timezone.now()))
    loaded = visible.select_related("enrolment", "dispensed_by__user", "undone").prefetch_related(
        "items__line", "items__pack"
    )
    page = keyset.page(loaded, ["-recorded_at", "-pk"], request.GET, size=PER_PAGE)
    may_keep = allows(request.member, Permission.REGISTER_KEEP)
    return render(
        request, "pharmacies/history.html", {"page": page, "form": form, "may_keep": may_keep}
    )


# --- One prescription ------------------------------------------------------------------------


def presented_to(request: MemberRequest, prescription_id: UUID, at: datetime) -> Prescription:
    """The prescription, opened by its code and the birth date for a shift: 404 otherwise."""
    presented = Prescription.objects.presented_to(request.member, at)
    loaded = presented.select_related(*sheet.LOADED, "patient__identity")
    return get_object_or_404(loaded, public_id=prescription_id)


def _context(
    request: MemberRequest, form: DispensingForm, receive_form: ReceiveForm
) -> dict[str, Any]:
    read = form.sheet
    enrolment = read.prescription.enrolment
    audit.record(
        "dispensation.sheet_viewed",
        read.prescription,
        by=request.member,
        subject=str(enrolment.public_id),
    )
    if not form.is_bound and not receive_form.is_bound:
        form.focus()
    person = identity.open_one(read.prescription.patient)
    said = texts.read(read.prescription, [row.line for row in read.rows])
    return {
        "sheet": read,
        "cards": [(row, said.instructions[row.line.position]) for row in read.rows],
        "form": form,
        "receive_form": receive_form,
        "title": person.full_name if person else enrolment.number,
        "facts": _facts(read, person),
        "note": said.note,
        "crumbs": [("Dispenser", reverse("pharmacies:counter"))],
    }


def _facts(read: Sheet, person: Person | None) -> list[tuple[str, str]]:
    """For whom, by whom, from when: the identity strip."""
    prescription = read.prescription
    period = f"{prescription.starts_on:%d/%m/%Y} au {prescription.ends_on:%d/%m/%Y}"
    return [
        ("Date de naissance", person.birth_text if person else "Identité effacée"),
        ("Dossier", prescription.enrolment.number),
        ("Prescripteur", _prescriber(prescription)),
        ("Traitement", f"{period} ({prescription.duration_days}\u00a0jours)"),
    ]


def _prescriber(prescription: Prescription) -> str:
    """And where they wrote; of a paper, their number."""
    if prescription.is_transcribed:
        return f"{prescription.prescriber_name}, RPPS\u00a0{prescription.prescriber_rpps}"
    return f"{prescription.prescriber_name}, {prescription.author.site}"


def _dispense(
    request: MemberRequest, presented: Prescription, form: DispensingForm, at: datetime
) -> Dispensation | None:
    """Record, or say beside the field why not."""
    key = form.cleaned_data["key"]
    try:
        return actions.dispense(
            presented,
            handover=form.handover(),
            key=key,
            by=request.member,
            at=at,
            seen=form.sheet,
        )
    except actions.CannotDispense as error:
        form.refuse(str(error), error.field)
    except once.AnotherBody as error:
        form.refuse(str(error), "")
    subject = str(presented.enrolment.public_id)
    audit.record("dispensation.refused", presented, by=request.member, subject=subject)
    return None


def _receive(
    request: MemberRequest, presented: Prescription, form: ReceiveForm, at: datetime
) -> bool:
    wanted = form.cleaned_data
    try:
        received = actions.receive(presented, **wanted, by=request.member, at=at)
    except (actions.CannotReceive, once.AnotherBody) as error:
        form.add_error("presented_on", str(error))
        return False
    messages.success(
        request,
        f"Présentation du {received.presented_on:%d/%m/%Y} enregistrée\u202f: "
        "ce jour compte, quelle que soit la date de remise.",
    )
    return True
