"""The published figures: one function each, named as it is published, one query each.

A programme and a day come in. «Known that day» means: happened on that day or before. With
`recorded_by` it also means: recorded by that instant.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce, TruncMonth

from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import Site
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from programmes.models import Accreditation, Listing, Programme
from training import counts
from vigilance.models import AdverseEvent


def _known(programme: Programme, on: date, recorded_by: datetime | None) -> EnrolmentQuerySet:
    known = Enrolment.objects.known_on(on).filter(programme=programme)
    return known.filter(recorded_at__lte=recorded_by) if recorded_by else known


def _still_in(on: date) -> Q:
    return Q(ended_on=None) | Q(ended_on__gt=on)


def included(programme: Programme, on: date, *, recorded_by: datetime | None = None) -> int:
    """Patients included since the first day.

    Numerator: participations begun on that day or before, cancelled ones left out.
    Denominator: none.
    Data: Enrolment.included_on, Enrolment.state.
    """
    return _known(programme, on, recorded_by).count()


def active(programme: Programme, on: date, *, recorded_by: datetime | None = None) -> int:
    """Patients under treatment at the end of the day.

    Numerator: included, first prescription signed on that day or before, not out of the programme.
    Denominator: none.
    Data: Enrolment.first_treated_on, Enrolment.ended_on.
    """
    known = _known(programme, on, recorded_by)
    return known.filter(_still_in(on), first_treated_on__lte=on).count()


def entering(programme: Programme, on: date, *, recorded_by: datetime | None = None) -> int:
    """Patients «en cours d'entrée»: included, waiting for their first prescription.

    Numerator: included, no prescription signed on that day or before, not out of the programme.
    Denominator: none.
    Data: Enrolment.first_treated_on, Enrolment.ended_on.
    """
    untreated = Q(first_treated_on=None) | Q(first_treated_on__gt=on)
    return _known(programme, on, recorded_by).filter(_still_in(on), untreated).count()


def exited(programme: Programme, on: date, *, recorded_by: datetime | None = None) -> int:
    """Patients out of the programme, whatever the reason.

    Numerator: exits dated that day or before.
    Denominator: none.
    Data: Enrolment.ended_on.
    """
    return _known(programme, on, recorded_by).filter(ended_on__lte=on).count()


def exited_by_reason(
    programme: Programme, on: date, *, recorded_by: datetime | None = None
) -> dict[str, int]:
    """Exits by reason; published as shares of all exits.

    Numerator: exits dated that day or before, of each reason.
    Denominator: `exited`.
    Data: Enrolment.ended_on, Enrolment.end_reason.
    """
    exits = _known(programme, on, recorded_by).filter(ended_on__lte=on)
    return _by(exits, "end_reason")


def active_by_indication(
    programme: Programme, on: date, *, recorded_by: datetime | None = None
) -> dict[str, int]:
    """Patients under treatment, by subtype of the indication when it has some.

    Numerator: `active`, of each indication.
    Denominator: `active`.
    Data: Enrolment.indication, Enrolment.subtype, and those of `active`.
    """
    known = _known(programme, on, recorded_by).filter(_still_in(on), first_treated_on__lte=on)
    return _by(known.annotate(group=Coalesce("subtype__code", "indication__code")), "group")


def included_by_indication(
    programme: Programme, on: date, *, recorded_by: datetime | None = None
) -> dict[str, int]:
    """Patients included since the first day, by indication.

    Numerator: `included`, of each indication.
    Denominator: `included`.
    Data: Enrolment.indication, and those of `included`.
    """
    return _by(_known(programme, on, recorded_by), "indication__code")


def with_adverse_event(
    programme: Programme, on: date, *, recorded_by: datetime | None = None
) -> int:
    """Patients who had at least one adverse event.

    Numerator: included patients with an event that occurred on that day or before.
    Denominator: `included`.
    Data: AdverseEvent.occurred_on.
    """
    occurred = AdverseEvent.objects.filter(enrolment=OuterRef("pk"), occurred_on__lte=on)
    if recorded_by:
        occurred = occurred.filter(recorded_at__lte=recorded_by)
    return _known(programme, on, recorded_by).filter(Exists(occurred)).count()


def inclusions_by_month(programme: Programme, on: date) -> dict[date, int]:
    """New patients of each month; months without any are absent.

    Numerator: participations begun in the month.
    Denominator: none.
    Data: Enrolment.included_on.
    """
    known = _known(programme, on, None).annotate(month=TruncMonth("included_on"))
    return _by(known, "month")


def included_by_departement(programme: Programme, on: date) -> dict[str, int]:
    """Patients included since the first day, by département of their structure.

    Numerator: `included`, of each département.
    Denominator: `included`.
    Data: Enrolment.site, Site.departement.
    """
    return _by(_known(programme, on, None), "site__departement")


def included_by_region(programme: Programme, on: date) -> dict[str, int]:
    """Patients included since the first day, by region of their structure.

    Numerator: `included`, of each region.
    Denominator: `included`.
    Data: Enrolment.site, Site.departement.
    """
    regions: dict[str, int] = {}
    for code, count in included_by_departement(programme, on).items():
        region = DEPARTEMENTS[code].region
        regions[region] = regions.get(region, 0) + count
    return regions


def structures(programme: Programme, on: date) -> int:
    """Reference structures listed for at least one indication.

    Numerator: sites with a listing in force that day.
    Denominator: none.
    Data: Listing.listed_on, Listing.delisted_on.
    """
    return sum(structures_by_departement(programme, on).values())


def structures_by_departement(programme: Programme, on: date) -> dict[str, int]:
    """`structures`, by département."""
    listed = Listing.objects.in_force(on).filter(site=OuterRef("pk"))
    listed = listed.filter(indication__programme=programme)
    return _by(Site.objects.filter(Exists(listed)), "departement")


def hospital_pharmacies(programme: Programme, on: date) -> int:
    """Hospital pharmacies (PUI) taking part: see `pharmacies_by_departement`."""
    return sum(
        pharmacies_by_departement(programme, on, kinds=[SiteKind.HOSPITAL_PHARMACY]).values()
    )


def community_pharmacies(programme: Programme, on: date) -> int:
    """Officines taking part: see `pharmacies_by_departement`."""
    return sum(
        pharmacies_by_departement(programme, on, kinds=[SiteKind.COMMUNITY_PHARMACY]).values()
    )


def pharmacies_by_departement(
    programme: Programme,
    on: date,
    *,
    kinds: Iterable[str] = (SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY),
) -> dict[str, int]:
    """Pharmacies with somebody accredited for the programme that day.

    Numerator: open sites of these kinds with an accreditation in force.
    Denominator: none.
    Data: Accreditation.started_on, Accreditation.ended_on, Site.kind.
    """
    accredited = Accreditation.objects.in_force(on).filter(
        member__site=OuterRef("pk"), programme=programme
    )
    sites = Site.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=on), Exists(accredited), kind__in=list(kinds)
    )
    return _by(sites, "departement")


def trained(programme: Programme, on: date) -> int:
    """Professionals trained, wherever they practise.

    Numerator: people with a proof of training that counts that day, at a place of care.
    Denominator: none.
    Data: Completion.completed_on, Course, Member.
    """
    return sum(counts.trained(programme, on).values())


def trained_by_category(programme: Programme, on: date) -> dict[str, int]:
    """`trained`, by category: in reference structures, private doctors, pharmacists of officines.

    Numerator: `trained`, of each category; whoever practises in several counts in the first.
    Denominator: `trained`.
    Data: Site.kind, and those of `trained`.
    """
    found = counts.trained(programme, on)
    return {
        "structures": found[counts.STRUCTURE],
        "private_doctors": found[counts.PRIVATE],
        "officines": found[counts.OFFICINE],
    }


def first_inclusion(programme: Programme) -> date | None:
    """The day of the first inclusion."""
    known = _known(programme, date.max, None).aggregate(first=Min("included_on"))
    first: date | None = known["first"]
    return first


def _by(rows: Any, field: str) -> dict[Any, int]:  # noqa: ANN401  a queryset of any model
    counted = rows.order_by().values(key=F(field)).annotate(count=Count("pk"))
    return dict(counted.values_list("key", "count"))
