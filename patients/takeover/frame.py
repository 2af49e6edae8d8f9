"""What the lines of a file speak of, looked up once: papers, indications, criteria, people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.enums import Role
from accounts.models import Member, Site
from core.identifiers import compact
from patients import designations, directory, gates
from patients.forms.papers import Papers
from programmes import openings
from programmes.models import (
    CriteriaSet,
    Criterion,
    Indication,
    IndicationSubtype,
    Listing,
    Programme,
)


@dataclass(frozen=True)
class Asked:
    """A set of criteria, read with the indications that each one is asked for."""

    valid_from: date
    valid_to: date | None
    criteria: tuple[tuple[Criterion, frozenset[int]], ...]

    def of(self, indication: Indication) -> list[Criterion]:
        return [one for one, only in self.criteria if not only or indication.pk in only]


class Frame:
    def __init__(self, programme: Programme, by: Member, today: date) -> None:
        self.programme, self.by, self.today = programme, by, today
        self.papers = Papers(programme)
        rows = programme.indications.prefetch_related("subtypes").order_by("code")
        self.indications: dict[str, Indication] = {one.code.upper(): one for one in rows}
        self._closures = openings.closures(programme)
        listings = Listing.objects.filter(site=by.site_id, indication__programme=programme)
        self._listings = list(listings.order_by("pk"))
        self._sets = [_asked(one) for one in _sets(programme)]
        doctors = Member.objects.filter(site=by.site_id, role=Role.REFERENCE_DOCTOR)
        self.doctors = _by_rpps(doctors.select_related("user", "site").order_by("pk"))
        self.relays = _by_rpps(directory.relay_doctors(programme, today))
        pharmacies = directory.pharmacies(programme, today)
        self.pharmacies: dict[str, Site] = {one.finess: one for one in pharmacies if one.finess}

    def window_refusal(self, on: date) -> str:
        """What `gates.window` says of that day."""
        closure = openings.closure_among(self._closures, on)
        return gates.window_under(closure, self.programme, on)

    def indication_refusal(self, indication: Indication, on: date) -> str:
        """What `gates.indication_refusal` says of that day."""
        if refusal := gates.not_open(indication, on):
            return refusal
        is_listed = any(
            one.indication_id == indication.pk
            and one.listed_on <= on < (one.delisted_on or date.max)
            for one in self._listings
        )
        return "" if is_listed else gates.unlisted(self.by, indication, on)

    def criteria(self, indication: Indication, on: date) -> list[Criterion]:
        """Those asked that day for the indication, in their order."""
        for one in self._sets:
            if one.valid_from <= on and (one.valid_to is None or on <= one.valid_to):
                return one.of(indication)
        return []

    def subtype(self, indication: Indication, code: str) -> IndicationSubtype | None:
        found = (one for one in indication.subtypes.all() if one.code.upper() == code.upper())
        return next(found, None)

    def relay(self, rpps: str) -> tuple[Member | None, str]:
        """The relay doctor, or why there is none."""
        doctor = self.relays.get(compact(rpps))
        if doctor is None:
            return None, (
                "Aucun médecin relais habilité et formé n’a ce numéro\u202f: laissez la cellule "
                "vide, et désignez-le depuis le dossier."
            )
        return doctor, designations.doctor_refusal(doctor, self.programme, self.today)


def _sets(programme: Programme) -> Iterable[CriteriaSet]:
    rows = CriteriaSet.objects.filter(programme=programme).order_by("-valid_from", "-pk")
    return rows.prefetch_related("criteria__indications")


def _asked(one: CriteriaSet) -> Asked:
    criteria = sorted(one.criteria.all(), key=lambda criterion: criterion.position)
    only = ((row, frozenset(i.pk for i in row.indications.all())) for row in criteria)
    return Asked(one.valid_from, one.valid_to, tuple(only))


def _by_rpps(members: Iterable[Member]) -> dict[str, Member]:
    return {one.user.rpps: one for one in members if one.user.rpps}
