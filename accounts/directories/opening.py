"""A place of the national directory begins to take part: the same act by a form or by a file."""

from datetime import date

from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import DirectoryPlace, Member, Site
from core import audit


def open_site(place: DirectoryPlace, kind: SiteKind, *, by: Member, on: date) -> Site:
    """Take the place over, as the directory writes it. Its département must be one we know."""
    with audit.acting("site.opened", by=by):
        site = Site.objects.create(
            kind=kind,
            name=place.name,
            finess=place.finess,
            departement=place.departement,
            address=place.address,
            postcode=place.postcode,
            town=place.town,
            phone=place.phone,
            time_zone=DEPARTEMENTS[place.departement].time_zone,
            opened_on=on,
        )
        audit.record("site.opened", site, by=by, finess=place.finess)
    return site
