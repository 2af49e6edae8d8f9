"""Correcting an identity after the inclusion."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from patients import actions
from patients.access import open_record
from patients.actions.identity import Correction
from patients.enums import ConsentKind, CorrectionReason
from patients.forms import CorrectionForm
from patients.models import Enrolment


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.IDENTITY_WRITE)
@autosaved("identity")
def correct_identity(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = open_record(request, enrolment_id)
    if person is None:
        raise Http404
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        person=person,
        included_on=enrolment.included_on,
        person_kind=_kind(enrolment),
    )
    if form.is_valid() and _correct(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    context = {"enrolment": enrolment, "person": person, "tab": "inclusion", "form": form}
    return render(request, "patients/correct_identity.html", context)


def _kind(enrolment: Enrolment) -> str:
    """Whether the patient was a minor at the inclusion, as the consent says."""
    consent = enrolment.consents.filter(kind=ConsentKind.PARTICIPATION).order_by("pk").first()
    return consent.person_kind if consent else ""


def _correct(request: MemberRequest, enrolment: Enrolment, form: CorrectionForm) -> bool:
    told = form.cleaned_data
    correction = Correction(told["person"], CorrectionReason(told["correction"]))
    try:
        changed = actions.correct_identity(
            enrolment, correction, by=request.member, at=timezone.now()
        )
    except actions.CannotCorrect as error:
        form.add_error(None, str(error))
        return False
    if changed:
        messages.success(request, "L’identité est corrigée. L’ancienne reste au journal, chiffrée.")
    else:
        messages.info(request, "Rien n’a changé.")
    return True
