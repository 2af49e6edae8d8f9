"""Structures are listed and delisted by a decision, for an indication, from a day to a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError

from accounts.directories.opening import open_site
from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import DirectoryPlace, Member, Site
from core import audit
from core.db import violated_constraint
from core.identifiers import compact
from programmes.models import Indication, Listing


class CannotList(Exception):
    """The message is in French and may be shown beside the field it names."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Decision:
    """What was decided, and from which day it holds."""

    on: date
    reference: str


def find_structure(finess: str, *, by: Member, on: date) -> Site:
    """The structure of the registry with this number, made from the national directory if new.

    :raises CannotList: neither knows it, or it is another kind of place
    """
    number = compact(finess)
    site = Site.objects.filter(finess=number).first()
    if site is not None:
        if site.kind != SiteKind.REFERENCE_CENTRE:
            raise CannotList("finess", f"Ce numéro est celui d’un autre lieu\u202f: {site.name}.")
        return site
    place = DirectoryPlace.objects.filter(finess=number, gone_on=None).first()
    if place is None or place.departement not in DEPARTEMENTS:
        raise CannotList(
            "finess",
            "Ce numéro n’est ni dans le registre ni dans l’annuaire FINESS importé\u202f: "
            "vérifiez-le, ou importez d’abord l’annuaire.",
        )
    return open_site(place, SiteKind.REFERENCE_CENTRE, by=by, on=on)


def list_structure(
    site: Site, indications: Sequence[Indication], decision: Decision, *, by: Member
) -> list[Listing]:
    """List the structure for these indications, all or none.

    :raises CannotList: one of them stands already that day, or will stand later
    """
    try:
        with audit.acting("listing.made", by=by, reason=decision.reference):
            made = [_list(site, one, decision, by=by) for one in indications]
    except IntegrityError as error:
        if not violated_constraint(error).startswith("programmes_listing"):
            raise
        raise CannotList(
            "indications",
            "La structure est déjà inscrite pour l’une de ces indications à cette date ou après.",
        ) from error
    return made


def _list(site: Site, indication: Indication, decision: Decision, *, by: Member) -> Listing:
    listing = Listing.objects.create(
        site=site, indication=indication, listed_on=decision.on, decision=decision.reference
    )
    audit.record("listing.made", listing, by=by, site=site.pk, indication=indication.code)
    return listing


def delist(listing: Listing, decision: Decision, *, by: Member) -> None:
    """End a listing: that day is no longer one of it.

    :raises CannotList: it is ended already, or would end before it began
    """
    with audit.acting("listing.ended", by=by, reason=decision.reference):
        locked = Listing.objects.select_for_update(of=("self",)).get(pk=listing.pk)
        if locked.delisted_on is not None:
            raise CannotList("on", "Cette inscription est déjà terminée.")
        if decision.on <= locked.listed_on:
            day = f"{locked.listed_on:%d/%m/%Y}"
            raise CannotList("on", f"Le retrait suit l’inscription, du {day}.")
        locked.delisted_on, locked.end_decision = decision.on, decision.reference
        locked.save(update_fields=["delisted_on", "end_decision"])
        audit.record("listing.ended", locked, by=by, site=locked.site_id)
