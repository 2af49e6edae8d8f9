"""Opening a patient's record: the one way to a page that shows who it is."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.middleware import MemberRequest
from core import audit
from patients import identity
from patients.identity import Person
from patients.models import BrokenGlass, Enrolment


_LOADED = (
    "patient__identity",
    "programme",
    "indication",
    "subtype",
    "site",
    "relay_doctor__user",
    "relay_doctor__site",
    "pharmacy",
)


def open_record(request: MemberRequest, enrolment_id: UUID) -> tuple[Enrolment, Person | None]:
    """The enrolment this member may open, and who it is (None once erased): 404 otherwise.

    Three queries: the enrolment, the key, the line of the journal. The view is journaled once,
    however many times one page asks.
    """
    visible = Enrolment.objects.visible_to(request.member).select_related(*_LOADED)
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    seen: set[int] = request.__dict__.setdefault("records_opened", set())
    if enrolment.pk not in seen:
        seen.add(enrolment.pk)
        replaces = {"replaces": one} if (one := request.member.replaces_id) else {}
        audit.record(
            "patient.viewed",
            enrolment,
            by=request.member,
            subject=str(enrolment.public_id),
            **replaces,
        )
    return enrolment, identity.open_one(enrolment.patient)


def read_record(request: MemberRequest, enrolment_id: UUID) -> tuple[Enrolment, Person | None]:
    """The same for a page that only reads: also what was opened by breaking the glass.

    `enrolment.opened_until` then says until when; nothing may be written through it.
    """
    try:
        return open_record(request, enrolment_id)
    except Http404:
        glass = _glass(request, enrolment_id)
        if glass is None:
            raise
    enrolment, enrolment_key = glass.enrolment, str(glass.enrolment.public_id)
    enrolment.opened_until = glass.until
    audit.record(
        "patient.viewed", enrolment, by=request.member, subject=enrolment_key, glass=glass.pk
    )
    return enrolment, identity.open_one(enrolment.patient)


def _glass(request: MemberRequest, enrolment_id: UUID) -> BrokenGlass | None:
    if request.method not in {"GET", "HEAD"}:
        return None
    found = BrokenGlass.objects.in_force(request.member).filter(enrolment__public_id=enrolment_id)
    loaded = found.select_related(*(f"enrolment__{name}" for name in _LOADED))
    return loaded.order_by("-until").first()


def open_live(request: MemberRequest, enrolment_id: UUID) -> tuple[Enrolment, Person | None]:
    """The same, and 404 once the patient has left."""
    enrolment, person = open_record(request, enrolment_id)
    if not enrolment.is_live:
        raise Http404
    return enrolment, person
