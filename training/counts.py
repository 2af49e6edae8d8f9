"""How many professionals are trained, as it is published: by where they practise."""

from datetime import date

from django.db.models import Case, CharField, Min, Q, Value, When

from accounts.enums import SiteKind
from accounts.models import Member
from programmes.models import Programme
from training.models import Completion


# As the ANSM counts them: those of reference structures (their hospital pharmacies included),
# private doctors, pharmacists of officines. In this order: a person counts once.
STRUCTURE, PRIVATE, OFFICINE = "1 structure", "2 private", "3 officine"
CATEGORIES = (STRUCTURE, PRIVATE, OFFICINE)

_WHERE = Case(
    When(
        site__kind__in=[SiteKind.REFERENCE_CENTRE, SiteKind.HOSPITAL_PHARMACY],
        then=Value(STRUCTURE),
    ),
    When(site__kind=SiteKind.PRACTICE, then=Value(PRIVATE)),
    When(site__kind=SiteKind.COMMUNITY_PHARMACY, then=Value(OFFICINE)),
    output_field=CharField(),
)


def trained(programme: Programme, on: date) -> dict[str, int]:
    """People whose proof counts that day, by the first category where they practise. One query."""
    people = Completion.objects.good_on(on).filter(course__programme=programme).values("user")
    members = Member.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=on),
        # A substitute is counted there until their last day, included.
        Q(until=None) | Q(until__gte=on),
        started_on__lte=on,
        user__in=people,
    )
    placed = members.order_by().values("user").annotate(category=Min(_WHERE))
    counted = dict.fromkeys(CATEGORIES, 0)
    for category in placed.values_list("category", flat=True):
        if category is not None:
            counted[category] += 1
    return counted
