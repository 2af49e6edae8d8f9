"""After a visit: what it gives out, the letter to the relay doctor, a copy for the local record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, once, papers
from core.pdf import PdfUnavailable
from followup import actions, copies
from followup.enums import DismissalReason, VisitStatus
from followup.enums import Piece as Kind
from followup.models import Visit, VisitQuerySet
from patients import access
from patients.identity import Person
from record import closing
from record.forms import DismissalForm


def _held(
    request: MemberRequest, visit_id: UUID, visits: VisitQuerySet
) -> tuple[Visit, Person | None]:
    """One of these visits, if it was held, and whose it is."""
    held = visits.filter(status=VisitStatus.DONE)
    loaded = held.select_related("held_by__user").prefetch_related("answers", "dismissals")
    visit = get_object_or_404(loaded, public_id=visit_id)
    visit.enrolment, person = access.open_record(request, visit.enrolment.public_id)
    return visit, person


def _theirs(request: MemberRequest, visit_id: UUID) -> Visit:
    """A held visit whose pieces this member may write."""
    return get_object_or_404(Visit.objects.correctable_by(request.member), public_id=visit_id)


@require_safe
@require(Permission.VISIT_WRITE)
def page(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    """What the visit gives out: each piece to open, to sign or to set aside."""
    theirs = Visit.objects.correctable_by(request.member)
    visit, person = _held(request, visit_id, theirs)
    found = closing.pieces(visit, reader=request.member, today=timezone.localdate())
    context: dict[str, Any] = {
        "enrolment": visit.enrolment,
        "person": person,
        "tab": "followup",
        "visit": visit,
        "pieces": found,
        "left": closing.left(found),
        "answered": sum(len(row.data) for row in visit.answers.all()),
        "reasons": DismissalReason.choices,
    }
    return render(request, "record/closing.html", context)


@require_POST
@require(Permission.VISIT_WRITE)
def dismiss(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    visit, form, now = _theirs(request, visit_id), DismissalForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, "Choisissez le motif pour écarter cette pièce.")
        return redirect("record:closing", visit_id)
    kind, why = Kind(form.cleaned_data["piece"]), DismissalReason(form.cleaned_data["reason"])
    try:
        actions.dismiss(visit, kind, why, by=request.member, at=now)
    except actions.CannotClose as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{kind.label}\u202f: écarté.")
    return redirect("record:closing", visit_id)


@require_POST
@require(Permission.VISIT_WRITE)
def write_letter(request: MemberRequest, visit_id: UUID) -> HttpResponse:
    visit, key, now = _theirs(request, visit_id), once.key_of(request.POST), timezone.now()
    try:
        actions.write_letter(visit, by=request.member, at=now, key=key)
    except (actions.CannotClose, once.AnotherBody, PdfUnavailable) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "La lettre est écrite. Le médecin relais en est averti.")
    return redirect("record:closing", visit_id)


@require_safe
@require(Permission.PATIENT_VIEW)
def copy(request: MemberRequest, visit_id: UUID, medium: str) -> HttpResponse:
    """One visit for the local record, journaled as what leaves the registry."""
    if medium not in copies.MEDIA:
        raise Http404
    visit, person = _held(request, visit_id, Visit.objects.visible_to(request.member))
    try:
        content = copies.make(medium, visit, person)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("followup:visit", visit_id)
    subject = str(visit.enrolment.public_id)
    audit.record("visit.copied", visit, by=request.member, subject=subject, medium=medium)
    name = f"consultation-{visit.enrolment.number}-{visit.held_on}.{copies.MEDIA[medium]}"
    sent = {"pdf": papers.pdf, "csv": papers.csv, "texte": papers.text}
    return sent[medium](content, name)
