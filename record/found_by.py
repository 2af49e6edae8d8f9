"""From what a manager types to an account or to a record."""

from dataclasses import dataclass, field

from django.db.models import Q

from accounts.models import Member, User
from patients.models import Enrolment
from programmes.models import Programme


# Accounts shown; more is said.
MOST = 30


@dataclass(frozen=True)
class Found:
    users: list[User] = field(default_factory=list)
    enrolment: Enrolment | None = None


def search(typed: str, *, member: Member) -> Found:
    """The record of that number, else the accounts of that RPPS, address or name."""
    text = " ".join(typed.split())
    if not text:
        return Found()
    visible = Enrolment.objects.filter(programme__in=Programme.objects.visible_to(member))
    enrolment = visible.filter(number=text.upper()).first()
    if enrolment is not None:
        return Found(enrolment=enrolment)
    exact = User.objects.known_as(text)
    if exact is not None:
        return Found([exact])
    named = User.objects.all()
    for word in text.split():
        named = named.filter(Q(last_name__icontains=word) | Q(first_name__icontains=word))
    return Found(list(named.order_by("last_name", "first_name", "pk")[:MOST]))
