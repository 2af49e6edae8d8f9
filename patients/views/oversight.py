"""What the agency looks at: derogations, and possible duplicates without a name."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import allows, require
from patients import texts
from patients.models import Derogation, PossibleDuplicate
from patients.views.desk import pairs
from programmes.models import Programme


# Lines of a list.
MOST = 100


@require_safe
@require(Permission.INCLUSION_OVERSEE)
def oversight(request: MemberRequest) -> HttpResponse:
    context = {
        "derogations": _derogations(request.member),
        "pairs": pairs(_pairs(), request.member),
        "may_decide": allows(request.member, Permission.MERGE_DECIDE),
    }
    return render(request, "patients/oversight.html", context)


def _pairs() -> QuerySet[PossibleDuplicate]:
    return PossibleDuplicate.objects.exclude(state="DIFFERENT")


def _derogations(member: Member) -> list[tuple[Derogation, str]]:
    """The latest, each with its reason; "" once its key is destroyed."""
    rows = Derogation.objects.filter(
        enrolment__programme__in=Programme.objects.visible_to(member)
    ).select_related("enrolment__site", "enrolment__programme", "criterion", "granted_by__user")
    latest = list(rows.order_by("-granted_at", "-pk")[:MOST])
    sealed = ((row.enrolment, row.reason_sealed) for row in latest)
    return list(zip(latest, texts.read_each(texts.DEROGATION, sealed), strict=True))
