"""Who is about to run out: the doctor's patients, or those of the pharmacy."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Permission, Role
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, keyset
from patients import identity
from pharmacies import supply


PER_PAGE = 50


@require_safe
@require(Permission.DISPENSATION_VIEW)
def gaps(request: MemberRequest) -> HttpResponse:
    """«Rupture sous 7 jours»: the first to run out first."""
    today = timezone.localdate()
    mine = supply.running_out(supply.followed_by(request.member, today), today)
    loaded = mine.select_related("patient", "pharmacy")
    page = keyset.page(loaded, ["ends_on", "pk"], request.GET, size=PER_PAGE)
    people = identity.open_many([one.patient for one in page.rows])
    audit.record("supply.gaps_viewed", by=request.member, count=len(page.rows))
    rows = [
        (person.full_name if (person := people.get(one.patient_id)) else one.number, one)
        for one in page.rows
    ]
    is_doctor = request.member.role != Role.PHARMACIST
    context = {"page": page, "rows": rows, "today": today, "is_doctor": is_doctor}
    return render(request, "pharmacies/gaps.html", context)
