"""Alerts to pharmacies: issued by the agency, acknowledged by each pharmacy."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.enums import SiteKind
from accounts.models import Member, Site
from core import audit, once
from pharmacies import mail
from pharmacies.models import Acknowledgement, Bulletin, DispensedItem
from programmes.models import Accreditation, Product, Programme


PHARMACIES = (SiteKind.COMMUNITY_PHARMACY, SiteKind.HOSPITAL_PHARMACY)


@dataclass(frozen=True)
class Alert:
    """What the agency tells the pharmacies of a programme."""

    programme: Programme
    kind: str
    text: str
    source: str
    product: Product | None = None
    batch: str = ""
    form_numbers: str = ""


def issue(alert: Alert, *, key: str, by: Member, at: datetime) -> Bulletin:
    """Issue an alert and mail every pharmacy of the programme. The same key is done once.

    :raises core.once.AnotherBody: the key was used for other content
    """
    with audit.acting("bulletin.issued", by=by):
        if before := once.guard(by=by, key=key, action="bulletin.issued", body=repr(alert)):
            return Bulletin.objects.get(pk=before)
        told = {name: getattr(alert, name) for name in alert.__dataclass_fields__}
        bulletin = Bulletin.objects.create(**told, issued_at=at, issued_by=by)
        reached = [mail.queue_bulletin(bulletin, site, at=at) for site in reached_by(bulletin)]
        audit.record("bulletin.issued", bulletin, by=by, kind=alert.kind, pharmacies=len(reached))
        once.done(by=by, key=key, target=bulletin.pk)
    return bulletin


def reached_by(bulletin: Bulletin) -> "QuerySet[Site]":
    """Every pharmacy with somebody accredited to the programme the day it was issued."""
    day = bulletin.issued_at.date()
    accredited = Accreditation.objects.in_force(day).filter(programme=bulletin.programme)
    return (
        Site.objects.filter(
            kind__in=PHARMACIES, closed_on=None, members__in=accredited.values("member")
        )
        .distinct()
        .order_by("name", "pk")
    )


def acknowledge(bulletin: Bulletin, *, by: Member, at: datetime) -> Acknowledgement:
    """Say that the pharmacy has read it and acted. The second time changes nothing."""
    with audit.acting("bulletin.acknowledged", by=by):
        read, is_new = Acknowledgement.objects.get_or_create(
            bulletin=bulletin, pharmacy=by.site, defaults={"at": at, "by": by}
        )
        if is_new:
            audit.record("bulletin.acknowledged", bulletin, by=by)
    return read


def received(bulletin: Bulletin, member: Member) -> "QuerySet[DispensedItem]":
    """What the member's pharmacy handed over of a recalled batch, the last first."""
    return (
        DispensedItem.objects.filter(
            batch__iexact=bulletin.batch.strip(),
            line__product=bulletin.product_id,
            dispensation__pharmacy=member.site_id,
            dispensation__undone=None,
        )
        .select_related("dispensation__enrolment__patient__identity", "pack")
        .order_by("-dispensation__dispensed_on", "-pk")
    )
