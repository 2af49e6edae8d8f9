"""Where one is included, and where one is served: the public list, without any professional.

A structure is listed for an indication; a pharmacy takes part once one of its pharmacists is
trained and accredited (ANSM: listed once at least one of its pharmacists is trained).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import Site
from programmes.models import Accreditation, Listing, Programme
from training.models import Completion


# Seconds that a list is kept by the server, and by whoever asked for it.
KEPT_SECONDS = 300
KINDS = (SiteKind.REFERENCE_CENTRE, SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY)
PHARMACIES = (SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY)

# Columns of the open file, and what each holds.
COLUMNS = (
    ("nature", "structure de référence, pharmacie à usage intérieur ou officine"),
    ("nom", "nom du lieu"),
    ("finess", "numéro FINESS géographique, s’il est connu"),
    ("adresse", "voie"),
    ("code_postal", "code postal"),
    ("commune", "commune"),
    ("code_departement", "code INSEE du département"),
    ("departement", "nom du département"),
    ("telephone", "téléphone du lieu"),
    ("indications", "codes des indications d’une structure, séparés par des barres verticales"),
)


@dataclass(frozen=True)
class Place:
    """A line of the public list. `indications`: codes, for a structure."""

    kind: str
    name: str
    finess: str
    address: str
    postcode: str
    town: str
    departement: str
    phone: str
    indications: tuple[str, ...] = ()

    @property
    def kind_label(self) -> str:
        return SiteKind(self.kind).label

    @property
    def departement_name(self) -> str:
        return DEPARTEMENTS[self.departement].name

    def cells(self) -> list[str]:
        """In the order of `COLUMNS`."""
        return [
            *(self.kind_label, self.name, self.finess, self.address, self.postcode, self.town),
            *(self.departement, self.departement_name, self.phone, "|".join(self.indications)),
        ]


@dataclass(frozen=True)
class Asked:
    """Filters; "" lets everything through. A pharmacy serves every indication."""

    departement: str = ""
    indication: str = ""
    kind: str = ""

    def keeps(self, place: Place) -> bool:
        is_for = not place.indications or self.indication in place.indications
        return (
            self.departement in {"", place.departement}
            and self.kind in {"", place.kind}
            and (not self.indication or is_for)
        )


def places(programme: Programme, on: date) -> list[Place]:
    """Every place that takes part that day, by département then name. Two queries, or none."""
    key = f"training.directory:{programme.pk}:{on.isoformat()}"
    found: list[Place] | None = cache.get(key)
    if found is None:
        found = [*_structures(programme, on), *_pharmacies(programme, on)]
        found.sort(key=lambda one: (one.departement, KINDS.index(one.kind), one.town, one.name))
        cache.set(key, found, KEPT_SECONDS)
    return found


def chosen(found: Iterable[Place], asked: Asked) -> list[Place]:
    return [one for one in found if asked.keeps(one)]


def by_departement(found: Iterable[Place]) -> list[tuple[str, str, Counter[str]]]:
    """Code, name, and count by kind, of the départements that have a place."""
    counted: dict[str, Counter[str]] = {}
    for one in found:
        counted.setdefault(one.departement, Counter())[one.kind] += 1
    return [(code, DEPARTEMENTS[code].name, counted[code]) for code in sorted(counted)]


def _open_on(on: date) -> QuerySet[Site]:
    return Site.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on), opened_on__lte=on)


def _structures(programme: Programme, on: date) -> list[Place]:
    listed = (
        Listing.objects.in_force(on)
        .filter(indication__programme=programme, site__in=_open_on(on))
        .select_related("site", "indication")
        .order_by("indication__code", "pk")
    )
    codes: dict[int, list[str]] = {}
    sites: dict[int, Site] = {}
    for one in listed:
        sites[one.site_id] = one.site
        codes.setdefault(one.site_id, []).append(one.indication.code)
    return [_place(site, tuple(codes[pk])) for pk, site in sites.items()]


def _pharmacies(programme: Programme, on: date) -> list[Place]:
    staff = Accreditation.objects.in_force(on).filter(
        programme=programme,
        member__site=OuterRef("pk"),
        member__ended_on=None,
        member__user__is_active=True,
    )
    if programme.training_required:
        proofs = Completion.objects.good_on(on).filter(
            course__programme=programme, user=OuterRef("member__user")
        )
        staff = staff.filter(Exists(proofs))
    return [_place(site) for site in _open_on(on).filter(Exists(staff), kind__in=PHARMACIES)]


def _place(site: Site, indications: tuple[str, ...] = ()) -> Place:
    return Place(
        kind=site.kind,
        name=site.name,
        finess=site.finess,
        address=site.address,
        postcode=site.postcode,
        town=site.town,
        departement=site.departement,
        phone=site.phone,
        indications=indications,
    )


def programmes(on: date) -> list[Programme]:
    """Programmes that have a structure listed that day, the oldest first."""
    listed = Listing.objects.in_force(on).filter(indication__programme=OuterRef("pk"))
    return list(Programme.objects.filter(Exists(listed)).order_by("opens_on", "pk"))
