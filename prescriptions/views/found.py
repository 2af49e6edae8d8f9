"""What several pages look for, and where they go on."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows
from patients.identity import Person
from patients.models import Enrolment
from prescriptions.models import Prescription


def context_of(enrolment: Enrolment, person: Person | None) -> dict[str, Any]:
    return {"enrolment": enrolment, "person": person, "tab": "prescriptions"}


def may_write(request: MemberRequest, enrolment: Enrolment) -> bool:
    return enrolment.is_live and allows(request.member, Permission.PRESCRIPTION_WRITE)


def one_draft(request: MemberRequest, enrolment: Enrolment, public_id: UUID) -> Prescription:
    mine = Prescription.objects.editable_by(request.member).filter(enrolment=enrolment)
    prescription = get_object_or_404(mine.select_related("replaces"), public_id=public_id)
    prescription.enrolment = enrolment
    return prescription


def one_of(request: MemberRequest, enrolment: Enrolment, public_id: UUID) -> Prescription:
    visible = Prescription.objects.visible_to(request.member).filter(enrolment=enrolment)
    prescription = get_object_or_404(
        visible.select_related("author__user", "author__site", "replaces", "document"),
        public_id=public_id,
    )
    prescription.enrolment, prescription.patient = enrolment, enrolment.patient
    return prescription


def to_detail(prescription: Prescription) -> HttpResponse:
    return redirect(
        "prescriptions:detail", prescription.enrolment.public_id, prescription.public_id
    )
