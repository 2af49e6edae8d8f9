"""The certificate of inclusion: made, printed, replaced."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, papers
from core.pdf import PdfUnavailable
from patients import actions, certificates, documents
from patients.access import open_record
from patients.enums import ReplacedBecause
from patients.forms import ReplaceForm
from patients.models import Enrolment


@require_safe
@require(Permission.CERTIFICATE_PRINT)
def certificate(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """The delivered bytes, as they were delivered; each print is journaled, and counted so."""
    enrolment = _visible(request, enrolment_id)
    document = documents.certificate(enrolment)
    if documents.certificate_state(enrolment.pk) is None:
        raise Http404
    if document is None:
        messages.info(request, "L’attestation n’est pas encore établie.")
        return redirect("patients:inclusion", enrolment_id)
    subject = str(enrolment.public_id)
    content = papers.opened(document)
    audit.record("certificate.printed", document, by=request.member, subject=subject)
    return papers.pdf(content, f"attestation-{enrolment.number}.pdf")


@require_POST
@require(Permission.CERTIFICATE_PRINT)
def issue(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment = _visible(request, enrolment_id)
    try:
        actions.issue_certificate(enrolment, by=request.member, at=timezone.now())
    except (PdfUnavailable, actions.CannotEnd) as error:
        messages.error(request, str(error))
        return redirect("patients:inclusion", enrolment_id)
    return redirect("patients:certificate", enrolment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_END)
def replace(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Make another one: what was lost or wrong answers no more."""
    enrolment, person = open_record(request, enrolment_id)
    form = ReplaceForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _replace(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "inclusion",
        "form": form,
        "certificate": certificates.shown(enrolment),
    }
    return render(request, "patients/certificate_replace.html", context)


def _replace(request: MemberRequest, enrolment: Enrolment, form: ReplaceForm) -> bool:
    because = ReplacedBecause(form.cleaned_data["because"])
    try:
        actions.replace_certificate(enrolment, because, by=request.member, at=timezone.now())
    except (PdfUnavailable, actions.CannotEnd) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "La nouvelle attestation est prête\u202f; l’ancienne ne vaut plus.")
    return True


def _visible(request: MemberRequest, enrolment_id: UUID) -> Enrolment:
    visible = Enrolment.objects.visible_to(request.member)
    return get_object_or_404(visible, public_id=enrolment_id)
