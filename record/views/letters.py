"""Letters to relay doctors: those received, and the one that is opened."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, papers
from core.documents import Document
from followup import actions
from followup.models import Letter
from patients import access
from record import letters


@require_safe
@require(Permission.LETTER_RECEIVE)
def received(request: MemberRequest) -> HttpResponse:
    """Those about one's patients, what waits first."""
    found = letters.page(request.member, request.GET)
    audit.record("letters.viewed", by=request.member, rows=len(found.rows))
    return render(request, "record/letters.html", {"found": found})


@require_POST
@require(Permission.LETTER_RECEIVE)
def open_letter(request: MemberRequest, letter_id: UUID) -> HttpResponse:
    """Say that it was read, then show it; a look alone says nothing."""
    theirs = Letter.objects.received_by(request.member).select_related("visit__enrolment")
    found = get_object_or_404(theirs, public_id=letter_id)
    _content(found)
    try:
        actions.read_letter(found, by=request.member, at=timezone.now())
    except actions.CannotClose as refusal:
        messages.error(request, str(refusal))
        return redirect("record:letters")
    return redirect("record:letter", letter_id)


@require_safe
@require(Permission.PATIENT_VIEW)
def letter(request: MemberRequest, letter_id: UUID) -> HttpResponse:
    """The delivered bytes, as they were delivered."""
    visible = Letter.objects.visible_to(request.member).select_related("visit__enrolment")
    found = get_object_or_404(visible, public_id=letter_id)
    enrolment, _ = access.open_record(request, found.visit.enrolment.public_id)
    return papers.pdf(_content(found), f"lettre-{enrolment.number}.pdf")


def _content(found: Letter) -> bytes:
    return papers.opened(Document.objects.filter(public_id=found.paper).first())
