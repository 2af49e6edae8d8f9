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


def may_write(
    request: MemberRequest,
    enrolment: Enrolment,
    permission: Permission = Permission.PRESCRIPTION_WRITE,
) -> bool:
    """Nothing is written through a record opened by breaking the glass."""
    reads_only = enrolment.opened_until is not None
    return enrolment.is_live and not reads_only and allows(request.member, permission)


def one_draft(request: MemberRequest, enrolment: Enrolment, public_id: UUID) -> Prescription:
    mine = Prescription.objects.editable_by(request.member).filter(enrolment=enrolment)
    prescription = get_object_or_404(mine.select_related("replaces"), public_id=public_id)
    prescription.enrolment = enrolment
    return prescription


_LOADED = (
    "author__user", "author__site", "replaces", "document", "prescriber", "prepared_by__user",
)  # fmt: skip


def one_of(enrolment: Enrolment, public_id: UUID) -> Prescription:
    """A prescription of a record that was opened: `patients.access` has judged."""
    rows = enrolment.prescriptions.select_related(*_LOADED)
    prescription = get_object_or_404(rows, public_id=public_id)
    prescription.enrolment, prescription.patient = enrolment, enrolment.patient
    return prescription


def to_detail(prescription: Prescription) -> HttpResponse:
    return redirect(
        "prescriptions:detail", prescription.enrolment.public_id, prescription.public_id
    )
