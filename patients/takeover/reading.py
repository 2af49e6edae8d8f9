"""A whole file, read against the registry: the preview and the act are this same code."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db.models import Q

from accounts.models import Member, Site
from core import blind
from core.identifiers import compact
from core.text import fold
from patients import duplicates, identity, likeness
from patients.identity import Person
from patients.inclusion import Inclusion
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
        # Lines met: by former number and NIR, by person, then those of a date or a name.
        self.met: dict[tuple[str, object], Told] = {}
        self.people: dict[object, list[Told]] = defaultdict(list)
        self.seen: dict[str, list[Told]] = defaultdict(list)

    def run(self) -> None:
        for told, former in zip(self.told, self.formers, strict=True):
            near = self._near(told)
            if self._is_twice(told, former):
                continue
            standing = self._standing(told, former)
            if standing is None:
                continue
            self.plan.entries.append(Entry(told, former, standing, near=near))
        self._compare()

    # --- Against the file itself -------------------------------------------------------------

    def _is_twice(self, told: Told, former: bytes) -> bool:
        """Tell of a number, a person or a NIR that an earlier line has already."""
        twice = dict(self._earlier(told, former))
        for column, line in twice.items():
            self.plan.fault(told.row, column, f"La ligne {line} est déjà celle de ce patient.")
        return bool(twice)

    def _earlier(self, told: Told, former: bytes) -> Iterator[tuple[str, int]]:
        """Columns that are those of an earlier line, and that line.

        One person may have several lines: participations that share no day.
        """
        person = _key(told)
        before = self.met.setdefault((c.NUMBER, former), told)
        if before is not told:
            yield c.NUMBER, before.row.line
        for one in self.people[person]:
            if one.inclusion.shares_a_day(told.inclusion):
                yield "nom_naissance", one.row.line
        self.people[person].append(told)
        before = self.met.setdefault((c.NIR, told.nir), told) if told.nir else told
        if _key(before) != person:
            yield c.NIR, before.row.line

    def _near(self, told: Told) -> tuple[Near, ...]:
        person = told.inclusion.person
        shared = {f"born {person.birth_iso}", f"named {fold(person.birth_name)}"}
        earlier = {one.row.line: one for key in sorted(shared) for one in self.seen[key]}
        for key in shared:
            self.seen[key].append(told)
        scored = [
            Near(line, likeness.compare(person, one.inclusion.person))
            for line, one in sorted(earlier.items())
            if _key(one) != _key(told)
        ]
        return tuple(one for one in scored if one.score.points >= likeness.SHOWN_FROM)

    # --- Against the registry ----------------------------------------------------------------

    def _standing(self, told: Told, former: bytes) -> Standing | None:
        """None when a fault was told."""
        if former in self.done:
            return Standing.KNOWN
        is_namesake = bool(told.inclusion.homonym_reason)
        known = None if is_namesake else self.exact.get(identity.person_index(_person(told)))
        if self._has_others_nir(told, known):
            self.plan.fault(told.row, c.NIR, "Ce numéro est déjà celui d’une autre personne.")
            return None
        if known is None:
            return Standing.NEW if self.people[_key(told)][0] is told else Standing.JOINED
        return self._standing_of(told, known)

    def _standing_of(self, told: Told, known: IdentityIndex) -> Standing | None:
        """Of somebody whom the registry knows."""
        shared = self._shared(known, told.inclusion)
        if shared is None:
            return Standing.JOINED
        if shared.site_id != self.frame.by.site_id:
            self.plan.refused.append(shared)
            self.plan.fault(told.row, "nom_naissance", _elsewhere(shared))
            return None
        if told.inclusion.left and shared.is_live:
            followed = "Votre structure suit ce patient dans le registre\u202f: sa sortie y reste."
            self.plan.warn(told.row, c.LEFT, followed)
        return Standing.KNOWN

    def _has_others_nir(self, told: Told, known: IdentityIndex | None) -> bool:
        holder = self.nirs.get(told.nir) if told.nir else None
        return holder is not None and (known is None or holder != known.patient_id)

    def _shared(self, known: IdentityIndex, inclusion: Inclusion) -> Enrolment | None:
        """A participation in this programme that shares a day with the line, wherever it is."""
        patient = known.patient.merged_into_id or known.patient_id
        whole = Q(patient=patient) | Q(patient__merged_into=patient)
        others = Enrolment.objects.filter(whole, programme=self.frame.programme)
        shared = others.overlapping(inclusion.information.included_on, inclusion.until)
        return shared.select_related("site").order_by("-included_on", "-pk").first()

    def _compare(self) -> None:
        """Who in the registry looks like the new ones: all together, at the end."""
        new = {
            rank: _person(entry.told)
            for rank, entry in enumerate(self.plan.entries)
            if entry.standing == Standing.NEW
        }
        found = duplicates.candidates_of_each(list(new.values()), by=self.frame.by)
        for rank, candidates in zip(new, found, strict=True):
            entry = self.plan.entries[rank]
            self.plan.entries[rank] = replace(entry, candidates=tuple(candidates))


def _person(told: Told) -> Person:
    return told.inclusion.person


def _key(told: Told) -> object:
    """The same for the lines of one person: a namesake, by what is said of them, is another."""
    reason = told.inclusion.homonym_reason
    return told.row.line if reason else identity.person_index(_person(told))


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


def _elsewhere(enrolment: Enrolment) -> str:
    site = enrolment.site
    phone = f" ({site.phone})" if site.phone else ""
    goes_on = "participe déjà" if enrolment.is_live else "participait ailleurs à cette époque"
    return (
        f"Cette personne {goes_on}\u202f: appelez {site.name}, {site.town}{phone}. Si c’est "
        f"un homonyme, dites pourquoi dans la colonne {c.NAMESAKE}\u202f; sinon retirez la ligne."
    )
