"""Whom an opening concerns, and what holds on a day: read by the programme manager."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from accounts.enums import Role
from patients.models import Enrolment
from programmes import openings
from programmes.enums import OpeningKind
from programmes.models import (
    Accreditation,
    CriteriaSet,
    Indication,
    Listing,
    Opening,
    Product,
    ProductRegime,
    Programme,
    VisitDefinition,
)
from programmes.rules import Transition


@dataclass(frozen=True)
class Effect:
    """How many are concerned, and how many are over the limit already."""

    structures: int
    doctors: int
    followed: int
    over: int


def of(opening: Opening, on: date) -> Effect:
    """What its publication would change on that day."""
    listings = Listing.objects.in_force(on).filter(indication__programme=opening.programme_id)
    doctors = Accreditation.objects.in_force(on).filter(
        programme=opening.programme_id, member__role=Role.REFERENCE_DOCTOR
    )
    followed = Enrolment.objects.followed_on(on).filter(programme=opening.programme_id)
    if opening.indication_id:
        listings = listings.filter(indication=opening.indication_id)
        followed = followed.filter(indication=opening.indication_id)
    if opening.site_id:
        listings = listings.filter(site=opening.site_id)
        doctors = doctors.filter(member__site=opening.site_id)
        followed = followed.filter(site=opening.site_id)
    return Effect(
        structures=listings.values("site").distinct().count(),
        doctors=doctors.values("member__user").distinct().count(),
        followed=followed.count(),
        over=_over(opening, on),
    )


_GROUPED = {
    OpeningKind.CEILING: "programme",
    OpeningKind.INDICATION: "indication",
    OpeningKind.DOCTOR: "included_by__user",
    OpeningKind.SITE: "site",
}


def _over(opening: Opening, on: date) -> int:
    """Programme, indications, doctors or structures whose places are all taken already."""
    if not opening.is_limit or not opening.places:
        return 0
    rows = Enrolment.objects.followed_on(on).filter(programme=opening.programme_id)
    if opening.indication_id:
        rows = rows.filter(indication=opening.indication_id)
    if opening.site_id:
        rows = rows.filter(site=opening.site_id)
    grouped = rows.values(_GROUPED[OpeningKind(opening.kind)]).annotate(people=Count("pk"))
    return int(grouped.filter(people__gte=opening.places).count())


# --- As if today were ------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """What holds in a programme on a day. It changes nothing."""

    programme: Programme
    is_begun: bool
    closure: Opening | None
    limits: list[tuple[Opening, int]]
    transition: Transition | None
    criteria: CriteriaSet | None
    indications: list[Indication]
    visits: list[VisitDefinition]
    products: list[tuple[Product, str]]
    structures: int

    @property
    def takes_patients(self) -> bool:
        return self.is_begun and self.closure is None


def day(programme: Programme, on: date) -> Day:
    transition = openings.transition(programme)
    sets = CriteriaSet.objects.in_force(on).filter(programme=programme)
    indications = programme.indications.filter(valid_from__lte=on).exclude(valid_to__lt=on)
    listings = Listing.objects.in_force(on).filter(indication__programme=programme)
    visits = VisitDefinition.objects.in_force(on).filter(programme=programme)
    return Day(
        programme=programme,
        is_begun=programme.opens_on <= on,
        closure=openings.closure(programme, on),
        limits=[(limit, _most(limit, on)) for limit in openings.limits(programme, on)],
        transition=transition if transition and transition.published_on <= on else None,
        criteria=sets.prefetch_related("criteria").order_by("-valid_from").first(),
        indications=list(indications.order_by("pk")),
        visits=list(visits.order_by("offset_months", "pk")),
        products=_products(programme, on),
        structures=listings.values("site").distinct().count(),
    )


def _most(limit: Opening, on: date) -> int:
    """The most patients that whoever it limits follows that day."""
    rows = Enrolment.objects.followed_on(on).filter(programme=limit.programme_id)
    if limit.indication_id:
        rows = rows.filter(indication=limit.indication_id)
    if limit.site_id:
        rows = rows.filter(site=limit.site_id)
    grouped = rows.values(_GROUPED[OpeningKind(limit.kind)]).annotate(people=Count("pk"))
    return max(grouped.values_list("people", flat=True), default=0)


def _products(programme: Programme, on: date) -> list[tuple[Product, str]]:
    """Products of that day with their regime; "" when none is in force."""
    products = list(Product.objects.available(programme, on).order_by("name", "pk"))
    regimes = ProductRegime.objects.in_force(on).filter(product__in=products)
    known = {row.product_id: row.get_regime_display() for row in regimes.order_by("valid_from")}
    return [(product, known.get(product.pk, "")) for product in products]
