"""The end of the transition: whom to wean or to hand over, as long as it lasts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import keyset
from patients import identity
from patients.enums import EnrolmentState
from patients.models import Enrolment
from programmes import openings
from programmes.models import Programme


PAGE_SIZE = 50


@require_safe
@require(Permission.PATIENT_VIEW)
def transition(request: MemberRequest) -> HttpResponse:
    """One's own patients still under treatment in a programme that ends."""
    member, today = request.member, timezone.localdate()
    ending = Programme.objects.visible_to(member).exclude(opinion_published_on=None)
    rows = (
        Enrolment.objects.visible_to(member)
        .live()
        .filter(state=EnrolmentState.ACTIVE, programme__in=ending)
        .select_related("patient", "programme", "indication")
    )
    found = keyset.page(rows, ["included_on", "pk"], request.GET, size=PAGE_SIZE)
    people = identity.open_many(one.patient for one in found.rows)
    context = {
        "ends": [(one, one.days_left(today)) for one in map(openings.transition, ending) if one],
        "found": found,
        "patients": [(one, people.get(one.patient_id)) for one in found.rows],
        "may_end": allows(member, Permission.PATIENT_END),
    }
    return render(request, "patients/transition.html", context)
