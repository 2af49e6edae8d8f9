"""The sheet of a pharmacy for the days when the registry cannot be reached."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import papers
from core.pdf import PdfUnavailable
from pharmacies import sheet
from pharmacies.views.desk import presented_to
from record import actions


@require_POST
@require(Permission.DISPENSATION_WRITE)
def relief(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """Print it for the prescription at hand."""
    at = timezone.now()
    prescription = presented_to(request, prescription_id, at)
    read = sheet.read(prescription, member=request.member, on=timezone.localdate())
    try:
        pdf = actions.print_relief(read, by=request.member, at=at)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("pharmacies:prescription", prescription_id)
    return papers.pdf(pdf, f"feuille-{prescription.enrolment.number}.pdf")
