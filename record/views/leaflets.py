"""Papers for the patient: the booklet, and the certificate to travel with."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, papers
from core.pdf import PdfUnavailable
from patients import access
from prescriptions.models import Prescription
from record import documents, leaflets
from record.forms import TravelForm


@require_safe
@require(Permission.CERTIFICATE_PRINT)
def booklet(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """The patient's booklet as things stand today; each print is journaled."""
    enrolment, person = access.open_record(request, enrolment_id)
    today = timezone.localdate()
    found = leaflets.booklet(enrolment, today)
    try:
        pdf = documents.patient_booklet(enrolment, person, found, on=today)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("patients:inclusion", enrolment_id)
    audit.record("booklet.printed", enrolment, by=request.member, subject=str(enrolment_id))
    return papers.pdf(pdf, f"carnet-{enrolment.number}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_VIEW)
def travel(request: MemberRequest, enrolment_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Prepare the Schengen certificate of a narcotic prescription; nothing typed is kept."""
    enrolment, person = access.open_record(request, enrolment_id)
    signed = Prescription.objects.signed().filter(enrolment=enrolment, narcotic_days__gt=0)
    prescription = get_object_or_404(
        signed.select_related("prescriber", "author__site"), public_id=prescription_id
    )
    if person is None:
        raise Http404
    form = TravelForm(request.POST if request.method == "POST" else None, prescription=prescription)
    if form.is_valid():
        today = timezone.localdate()
        pdf = documents.travel_certificate(prescription, person, form.travel(), on=today)
        audit.record("travel.prepared", prescription, by=request.member, subject=str(enrolment_id))
        return papers.pdf(pdf, f"voyage-{enrolment.number}.pdf")
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "prescriptions",
        "form": form,
        "prescription": prescription,
    }
    return render(request, "record/travel.html", context)
