"""The certificate of a proof: issued once, then always the bytes that were delivered."""

import logging
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import require
from core import audit, papers
from core.pdf import PdfUnavailable
from training import actions
from training.models import Completion


logger = logging.getLogger(__name__)


@require_safe
@require(Permission.TRAINING_RECORD)
def certificate(request: MemberRequest, completion_id: UUID) -> HttpResponse:
    """The certificate as it was delivered; 404 when it was not issued yet."""
    mine = Completion.objects.visible_to(request.member).select_related("document")
    found = get_object_or_404(mine, public_id=completion_id)
    content = papers.opened(found.document)
    audit.record("training.certificate_read", found, by=request.member)
    return papers.pdf(content, "attestation-de-formation.pdf")


@require_POST
@require(Permission.TRAINING_RECORD)
def issue_certificate(request: MemberRequest, completion_id: UUID) -> HttpResponse:
    """Make the certificate of a proof that has none."""
    mine = Completion.objects.visible_to(request.member)
    found = get_object_or_404(mine, public_id=completion_id)
    try:
        actions.issue_certificate(found, by=request.member, at=timezone.now())
    except PdfUnavailable as refusal:
        messages.error(request, str(refusal))
        return redirect("training:mine")
    return redirect("training:certificate", found.public_id)


def issue_quietly(completion: Completion, by: Member) -> None:
    """With the proof itself; without the libraries of PDFs the proof stands, and a button waits."""
    try:
        actions.issue_certificate(completion, by=by, at=timezone.now())
    except PdfUnavailable:
        logger.exception("Completion %s has no certificate yet", completion.pk)
