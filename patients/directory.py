"""Who and what a patient may be offered near home: relay doctors, pharmacies."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Role, SiteKind
from accounts.models import Member, Site
from patients.models import Enrolment
from programmes.enums import DispensingPlaces
from programmes.models import Accreditation, Listing, Programme
from training.models import Completion


KINDS = {
    DispensingPlaces.PUI: [SiteKind.HOSPITAL_PHARMACY],
    DispensingPlaces.PUI_AND_OFFICINE: [SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY],
}


def relay_doctors(programme: Programme, on: date) -> QuerySet[Member]:
    """Relay doctors accredited that day, with a proof of training when the programme asks one."""
    accredited = Accreditation.objects.in_force(on).filter(
        member=OuterRef("pk"), programme=programme
    )
    doctors = Member.objects.open().filter(Exists(accredited), role=Role.RELAY_DOCTOR)
    if programme.training_required:
        proof = Completion.objects.filter(
            user=OuterRef("user"), course__programme=programme, completed_on__lte=on
        )
        doctors = doctors.filter(Exists(proof))
    return doctors.select_related("user", "site").order_by("user__last_name", "pk")


def structures(enrolment: Enrolment, on: date) -> QuerySet[Site]:
    """Other structures listed that day for the patient's indication."""
    listed = Listing.objects.in_force(on).filter(indication=enrolment.indication_id)
    sites = Site.objects.filter(kind=SiteKind.REFERENCE_CENTRE, pk__in=listed.values("site"))
    return sites.exclude(pk=enrolment.site_id).order_by("departement", "town", "name", "pk")


def pharmacies(programme: Programme, on: date) -> QuerySet[Site]:
    """Pharmacies that take part that day, of the kinds the programme allows."""
    open_then = Q(closed_on=None) | Q(closed_on__gt=on)
    kinds = KINDS[DispensingPlaces(programme.dispensing_places)]
    return Site.objects.filter(open_then, kind__in=kinds, opened_on__lte=on).order_by(
        "kind", "town", "name", "pk"
    )
