"""Relay doctor and pharmacy: chosen, changed, invited, told, declined; notes shared with them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.geography import DEPARTEMENTS
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import throttle
from patients import actions, texts
from patients import designations as found
from patients.access import open_record
from patients.actions.designation import NOTE
from patients.enums import DesignationKind, NoteKind
from patients.forms import DeclineForm, DesignationForm, InviteForm, JoinForm, NoteForm
from patients.models import Designation, Enrolment


# Certificates tried by one doctor. No legal source: one patient is there at a time.
TRIES, TRIES_SECONDS = 5, 3600


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.CONSENT_WRITE)
def designations(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Whom the patient chose, now and before; change it at any time."""
    enrolment, person = open_record(request, enrolment_id)
    form = _form(request, enrolment)
    if form.is_valid() and _change(request, enrolment, form):
        return redirect("patients:designations", enrolment_id)
    context = _page(request, enrolment, form, InviteForm()) | {"person": person}
    return render(request, "patients/designations.html", context)


def _form(request: MemberRequest, enrolment: Enrolment) -> DesignationForm:
    doctor, pharmacy = enrolment.relay_doctor, enrolment.pharmacy
    return DesignationForm(
        request.POST if request.method == "POST" else None,
        programme=enrolment.programme,
        today=timezone.localdate(),
        departement=_near(request),
        initial={
            "relay_doctor": doctor.public_id if doctor else "",
            "pharmacy": pharmacy.public_id if pharmacy else "",
        },
    )


def _near(request: MemberRequest) -> str:
    asked = request.GET.get("departement", "")
    return asked if asked in DEPARTEMENTS else request.member.site.departement


def _change(request: MemberRequest, enrolment: Enrolment, form: DesignationForm) -> bool:
    """Each choice that differs; the other stays as it is. Both are recorded, or none."""
    now, typed = timezone.now(), form.cleaned_data
    pairs = [
        (DesignationKind.DOCTOR, "relay_doctor", enrolment.relay_doctor),
        (DesignationKind.PHARMACY, "pharmacy", enrolment.pharmacy),
    ]
    with transaction.atomic():
        for kind, field, before in pairs:
            if typed[field] == before:
                continue
            try:
                actions.designate(enrolment, kind, typed[field], by=request.member, at=now)
            except actions.CannotDesignate as error:
                form.add_error(field, str(error))
                transaction.set_rollback(True)
                break
    if form.errors:
        return False
    messages.success(request, "Le choix est enregistré\u202f; les intéressés sont prévenus.")
    return True


@require_POST
@require(Permission.CONSENT_WRITE)
def invite(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Invite somebody whom the directory does not know."""
    enrolment, person = open_record(request, enrolment_id)
    form = InviteForm(request.POST)
    if form.is_valid():
        kind = DesignationKind(form.cleaned_data["kind"])
        told = form.professional()
        try:
            actions.invite(enrolment, kind, told, by=request.member, at=timezone.now())
        except actions.CannotDesignate as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "L’invitation est envoyée\u202f; la structure continue le suivi."
            )
            return redirect("patients:designations", enrolment_id)
    request.method = "GET"
    context = _page(request, enrolment, _form(request, enrolment), form) | {"person": person}
    return render(request, "patients/designations.html", context)


@require_POST
@require(Permission.CONSENT_WRITE)
def give_up(request: MemberRequest, enrolment_id: UUID, kind: str) -> HttpResponse:
    visible = Enrolment.objects.visible_to(request.member)
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    if kind in DesignationKind.values:
        chosen = DesignationKind(kind)
        actions.give_up_invitation(enrolment, chosen, by=request.member, at=timezone.now())
        messages.success(request, "L’invitation est abandonnée.")
    return redirect("patients:designations", enrolment_id)


def _page(
    request: MemberRequest, enrolment: Enrolment, form: DesignationForm, invite: InviteForm
) -> dict[str, Any]:
    history = enrolment.designations.select_related("doctor__user", "doctor__site", "pharmacy")
    waiting = enrolment.invitations.filter(closed_on=None).select_related("enrolment")
    return {
        "enrolment": enrolment,
        "tab": "inclusion",
        "form": form,
        "invite_form": invite,
        "history": history.order_by("-designated_on", "-pk"),
        "waiting": [(one, found.read(one)) for one in waiting.order_by("kind", "pk")],
        "departements": DEPARTEMENTS.items(),
        "near": _near(request),
    }


# --- Those who are designated -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DESIGNATION_ANSWER)
def designation(request: MemberRequest, designation_id: UUID) -> HttpResponse:
    """What the mail leads to: who designated them, and how to decline."""
    mine = Designation.objects.made_to(request.member).select_related(
        "enrolment__site", "enrolment__programme", "doctor__user"
    )
    one = get_object_or_404(mine, public_id=designation_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.decline(one, reason, by=request.member, at=timezone.now())
        except actions.CannotDesignate as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Votre refus est transmis à la structure.")
        return redirect("patients:designation", designation_id)
    context = {"designation": one, "form": form}
    return render(request, "patients/designation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_RELAY)
def join(request: MemberRequest) -> HttpResponse:
    """Become the relay of the patient who is there, by their certificate and birth date."""
    now = timezone.now()
    form = JoinForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate(now)
    )
    if form.is_valid() and (enrolment := _join(request, form)):
        messages.success(request, "Vous êtes désormais médecin relais de ce patient.")
        return redirect("record:patient", enrolment.public_id)
    return render(request, "patients/join.html", {"form": form})


def _join(request: MemberRequest, form: JoinForm) -> Enrolment | None:
    """One answer for an unknown code, one that is over and another birth date."""
    now, typed, by = timezone.now(), form.cleaned_data, request.member
    who = f"member {by.pk}"
    if not throttle.allowed("relay", who, limit=TRIES, seconds=TRIES_SECONDS, at=now):
        form.add_error(None, "Trop d’essais\u202f: réessayez dans une heure.")
        return None
    enrolment = found.of_certificate(typed["code"], typed["birth_date"], by)
    if enrolment is None:
        form.add_error(
            None, "Ce code et cette date ne correspondent à aucune attestation en cours."
        )
        return None
    try:
        actions.become_relay(enrolment, by=by, at=now)
    except actions.CannotDesignate as error:
        form.add_error(None, str(error))
        return None
    throttle.forget("relay", who)
    return enrolment


# --- Notes ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_VIEW)
def notes(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Titration, allergies, treatments: what both doctors write and read."""
    enrolment, person = open_record(request, enrolment_id)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and enrolment.is_live:
        kind, text = NoteKind(form.cleaned_data["kind"]), form.cleaned_data["text"].strip()
        actions.write_note(enrolment, kind, text, by=request.member, at=timezone.now())
        messages.success(request, "La note est partagée.")
        return redirect("patients:notes", enrolment_id)
    rows = list(
        enrolment.shared_notes.select_related("written_by__user", "written_by__site").order_by(
            "-written_at", "-pk"
        )
    )
    words = texts.read_many(enrolment, NOTE, [row.text_sealed for row in rows])
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "notes",
        "form": form,
        "notes": list(zip(rows, words, strict=True)),
        "may_change": allows(request.member, Permission.CONSENT_WRITE),
    }
    return render(request, "patients/notes.html", context)
