"""Prescriptions that a newcomer may try at the counter: in a demonstration only.

Nobody else holds a paper there; the registry itself keeps no code that it could show.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from accounts.models import Member, User
from core import drafts
from prescriptions.models import Prescription


KEY = "samples"
# Days. As long as anybody keeps a demonstration.
KEPT_DAYS = 3650


@dataclass(frozen=True)
class Paper:
    """What is printed on it that the counter asks for."""

    prescription: str
    code: str
    birth_date: str


@dataclass(frozen=True)
class Certificate:
    """What a patient shows whose prescription has no code."""

    code: str
    birth_date: str


def keep(
    papers: Iterable[Paper],
    certificates: Iterable[Certificate],
    *,
    pharmacists: Iterable[User],
    at: datetime,
) -> None:
    """Give the same papers to each pharmacist of the demonstration, encrypted as a draft is."""
    data = {
        "papers": [asdict(paper) for paper in papers],
        "certificates": [asdict(one) for one in certificates],
    }
    for user in pharmacists:
        until = at + timedelta(days=KEPT_DAYS)
        drafts.save(user.pk, KEY, data, 0, at=at, expires_at=until)


def certificates(member: Member) -> list[Certificate]:
    """None outside a demonstration."""
    kept = drafts.load(member.user_id, KEY) if settings.DEMO else None
    return [Certificate(**one) for one in kept.data.get("certificates", [])] if kept else []


def waiting(member: Member) -> list[Paper]:
    """Those from which nothing left yet; none outside a demonstration."""
    kept = drafts.load(member.user_id, KEY) if settings.DEMO else None
    if kept is None:
        return []
    papers = [Paper(**paper) for paper in kept.data["papers"]]
    found = Prescription.objects.signed().filter(
        public_id__in=[UUID(paper.prescription) for paper in papers], first_dispensed_at=None
    )
    left = {str(public_id) for public_id in found.values_list("public_id", flat=True)}
    return [paper for paper in papers if paper.prescription in left]
