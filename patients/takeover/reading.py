"""A whole file, read against the registry: the preview and the act are this same code."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Q

from accounts.models import Member, Site
from core import blind
from core.identifiers import compact
from core.text import fold
from patients import duplicates, identity, likeness
from patients.identity import Person
from patients.models import Enrolment, IdentityIndex, Nir, TakenOver
from patients.takeover import columns as c
from patients.takeover import tables
from patients.takeover.frame import Frame
from patients.takeover.line import Line
from patients.takeover.plan import Entry, Near, Plan, Standing, Told
from programmes.models import Programme


def former_index(site: Site, programme: Programme, number: str) -> bytes:
    """What a number of an older register is found by: a structure has one register a programme."""
    value = f"{site.public_id} {programme.public_id} {compact(number)}"
    return blind.index("patients.former", value, key=settings.IDENTITY_INDEX_KEY)


def read(content: bytes, programme: Programme, *, by: Member, today: date) -> Plan:
    """What the file would create today.

    :raises core.tables.CannotRead: the file is no table
    """
    known = c.of(programme)
    plan = Plan({one.name: one for one in known})
    frame = Frame(programme, by, today)
    rows = tables.read(content, known)
    plan.rows = len(rows)
    told = [one for row in rows if (one := Line(row, frame, plan).read()) is not None]
    Comparison(plan, frame, told).run()
    return plan


class Comparison:
    """Each line against the registry, and against the lines before it."""

    def __init__(self, plan: Plan, frame: Frame, told: Iterable[Told]) -> None:
        self.plan, self.frame, self.told = plan, frame, list(told)
        programme, site = frame.programme, frame.by.site
        self.formers = [former_index(site, programme, one.number) for one in self.told]
        done = TakenOver.objects.filter(former__in=self.formers).values_list("former", flat=True)
        self.done = {bytes(former) for former in done}
        self.exact = _exact(one.inclusion.person for one in self.told)
        self.nirs = _nirs(self.told)
        # Lines met: by former number, person and NIR, then those of a date or a name.
        self.met: dict[tuple[str, object], int] = {}
        self.seen: dict[str, list[Told]] = defaultdict(list)

    def run(self) -> None:
        for told, former in zip(self.told, self.formers, strict=True):
            near = self._near(told)
            if self._is_twice(told, former):
                continue
            standing = self._standing(told, former)
            if standing is None:
                continue
            candidates = self._candidates(told) if standing == Standing.NEW else ()
            self.plan.entries.append(Entry(told, former, standing, candidates, near))

    # --- Against the file itself -------------------------------------------------------------

    def _is_twice(self, told: Told, former: bytes) -> bool:
        """Tell of a number, a person or a NIR that an earlier line has already."""
        person = identity.person_index(told.inclusion.person)
        keys = {c.NUMBER: former, "nom_naissance": person, c.NIR: told.nir}
        if told.inclusion.homonym_reason:
            keys.pop("nom_naissance")
        is_twice = False
        for column, key in keys.items():
            before = self.met.setdefault((column, key), told.row.line) if key else told.row.line
            if before != told.row.line:
                message = f"La ligne {before} est déjà celle de ce patient."
                self.plan.fault(told.row, column, message)
                is_twice = True
        return is_twice

    def _near(self, told: Told) -> tuple[Near, ...]:
        person = told.inclusion.person
        shared = {f"born {person.birth_iso}", f"named {fold(person.birth_name)}"}
        earlier = {one.row.line: one for key in sorted(shared) for one in self.seen[key]}
        for key in shared:
            self.seen[key].append(told)
        scored = [
            Near(line, likeness.compare(person, one.inclusion.person))
            for line, one in sorted(earlier.items())
        ]
        return tuple(one for one in scored if one.score.points >= likeness.SHOWN_FROM)

    # --- Against the registry ----------------------------------------------------------------

    def _standing(self, told: Told, former: bytes) -> Standing | None:
        """None when a fault was told."""
        if former in self.done:
            return Standing.KNOWN
        known = self.exact.get(identity.person_index(told.inclusion.person))
        is_namesake = bool(told.inclusion.homonym_reason)
        if self._has_others_nir(told, None if is_namesake else known):
            self.plan.fault(told.row, c.NIR, "Ce numéro est déjà celui d’une autre personne.")
            return None
        if known is None or is_namesake:
            return Standing.NEW
        followed = self._followed(known)
        if followed is None:
            return Standing.JOINED
        if followed.site_id == self.frame.by.site_id:
            return Standing.KNOWN
        self.plan.fault(told.row, "nom_naissance", _elsewhere(followed.site))
        return None

    def _has_others_nir(self, told: Told, known: IdentityIndex | None) -> bool:
        holder = self.nirs.get(told.nir) if told.nir else None
        return holder is not None and (known is None or holder != known.patient_id)

    def _followed(self, known: IdentityIndex) -> Enrolment | None:
        """The participation that goes on in this programme, wherever it is."""
        patient = known.patient.merged_into_id or known.patient_id
        whole = Q(patient=patient) | Q(patient__merged_into=patient)
        live = Enrolment.objects.live().filter(whole, programme=self.frame.programme)
        return live.select_related("site").first()

    def _candidates(self, told: Told) -> tuple[duplicates.Candidate, ...]:
        return tuple(duplicates.candidates(told.inclusion.person, by=self.frame.by))


def _exact(people: Iterable[Person]) -> dict[bytes, IdentityIndex]:
    """Who has the same five traits, the first of the homonyms: one query."""
    indexes = [identity.person_index(person) for person in people]
    rows = IdentityIndex.objects.filter(person__in=indexes).select_related("patient")
    return {bytes(row.person): row for row in rows.order_by("-homonym_no", "-pk")}


def _nirs(told: Iterable[Told]) -> dict[str, int]:
    """Whose each number already is."""
    asked = {
        blind.index("patients.nir", one.nir, key=settings.NIR_INDEX_KEY): one.nir
        for one in told
        if one.nir
    }
    rows = Nir.objects.filter(index__in=list(asked)).values_list("index", "patient")
    return {asked[bytes(index)]: patient for index, patient in rows}


def _elsewhere(site: Site) -> str:
    phone = f" ({site.phone})" if site.phone else ""
    return (
        f"Cette personne participe déjà\u202f: appelez {site.name}, {site.town}{phone}. Si c’est "
        f"un homonyme, dites pourquoi dans la colonne {c.NAMESAKE}\u202f; sinon retirez la ligne."
    )
