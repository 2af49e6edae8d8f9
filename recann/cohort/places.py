"""Where the cohort is followed and served, and by whom: fictive names, valid check digits."""

import json
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from accounts.enums import Profession, Role, SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import Member, Site, User
from core.identifiers import make_finess, make_rpps
from programmes.models import Accreditation, Indication, Listing, Programme
from recann.cohort.figures import (
    COMMUNITY_PHARMACIES,
    DEPARTEMENTS_WITHOUT_PUI,
    HOSPITAL_PHARMACIES,
    STRUCTURES,
    TRAINED_BY,
    TRAINED_COMMUNITY_PHARMACISTS,
    TRAINED_DOCTORS,
    TRAINED_HOSPITAL_PHARMACISTS,
    TRAINED_RELAYS,
)
from training.models import Completion, Course


OPENING = date(2021, 3, 1)
FIRST_FINESS = 20_000
DOCTORS_A_STRUCTURE = 3
RELAY_DOCTORS = 120
# Rows of one statement: what a statement of 50,000 people holds in memory.
BATCH = 500

NAMES = json.loads((Path(__file__).parent / "names.json").read_text())
FIRST_NAMES = {"F": NAMES["women"], "M": NAMES["men"]}
LAST_NAMES = NAMES["last_names"]
# They hold more structures and pharmacies (own choice).
POPULOUS = NAMES["populous"]


@dataclass(frozen=True)
class Post:
    """A member, the person behind, where, and from which day they are trained."""

    member_id: int
    user_id: int
    site_id: int
    departement: str
    from_: date


@dataclass
class Map:
    """Who may act for whom, by day."""

    structures: dict[str, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    doctors: dict[int, list[Post]] = field(default_factory=lambda: defaultdict(list))
    departement: dict[int, str] = field(default_factory=dict)
    pharmacists: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    relays: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    # FINESS numbers given so far, by département.
    numbers: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, posts: list[tuple[str, Post]], indications: list[str]) -> "Map":
        """A small map: every structure of these posts treats every indication."""
        found = cls()
        by_role = {Role.RELAY_DOCTOR: found.relays, Role.PHARMACIST: found.pharmacists}
        for role, post in posts:
            if role == Role.REFERENCE_DOCTOR:
                found.doctors[post.site_id].append(post)
                found.departement[post.site_id] = post.departement
            else:
                by_role[Role(role)][post.departement].append(post)
        for indication in indications:
            found.structures[indication] = [(OPENING, site) for site in found.doctors]
        return found

    def structure(self, indication: str, on: date, drawn: random.Random) -> int:
        """A structure listed for the indication on that day."""
        listed = self.structures[indication]
        return listed[drawn.randrange(bisect_right(listed, (on, 1 << 62)))][1]

    def doctor(self, site: int, on: date, drawn: random.Random) -> Post:
        ready = [post for post in self.doctors[site] if post.from_ <= on]
        return drawn.choice(ready)

    def pharmacist(self, departement: str, on: date, drawn: random.Random) -> Post:
        """Of the département, or of another when nobody is trained there yet."""
        found = _ready(self.pharmacists[departement], on, drawn)
        if found is None:
            everyone = [post for posts in self.pharmacists.values() for post in posts]
            found = drawn.choice([post for post in everyone if post.from_ <= on])
        return found

    def relay(self, departement: str, on: date, drawn: random.Random) -> Post | None:
        return _ready(self.relays[departement], on, drawn)

    def sort(self) -> None:
        """Put those who begin first before the others: `pharmacist` and `relay` lean on it."""
        for posts in (*self.pharmacists.values(), *self.relays.values()):
            posts.sort(key=_from)


def _from(post: Post) -> date:
    return post.from_


def _ready(posts: list[Post], on: date, drawn: random.Random) -> Post | None:
    """One of those who had begun on that day."""
    count = bisect_right(posts, on, key=_from)
    return posts[drawn.randrange(count)] if count else None


def make(programme: Programme, drawn: random.Random, *, times: int = 1) -> Map:
    """Make sites, people, listings and proofs; `times` multiplies their numbers."""
    found = Map()
    _make_structures(programme, found, drawn, times)
    weights = _weights()
    without_pui = set(list(weights)[-DEPARTEMENTS_WITHOUT_PUI:])
    puis = _spread(HOSPITAL_PHARMACIES * times, [d for d in weights if d not in without_pui], drawn)
    officines = [*without_pui, *_spread(COMMUNITY_PHARMACIES * times - 49, list(weights), drawn)]
    _make_pharmacies(programme, found, SiteKind.HOSPITAL_PHARMACY, puis, times)
    _make_pharmacies(programme, found, SiteKind.COMMUNITY_PHARMACY, sorted(officines), times)
    _make_relays(programme, found, drawn, times)
    found.sort()
    return found


def _weights() -> list[str]:
    """Départements, the populous first."""
    return [*POPULOUS, *(code for code in DEPARTEMENTS if code not in POPULOUS)]


def _spread(count: int, codes: list[str], drawn: random.Random) -> list[str]:
    """Each département once as far as they go, the populous ones more often."""
    extra = drawn.choices(codes, [8 if code in POPULOUS else 2 for code in codes], k=count)
    return (codes + extra)[:count]


def _finess(found: Map, code: str) -> str:
    """The next of the département: overseas there are five digits only."""
    found.numbers[code] += 1
    return make_finess(code, FIRST_FINESS + found.numbers[code])


def _site(kind: SiteKind, name: str, code: str, number: int, on: date) -> Site:
    place = DEPARTEMENTS[code]
    return Site(
        kind=kind,
        name=name,
        departement=code,
        address=f"{number % 90 + 1} rue de la Démonstration",
        postcode=f"{code[:2].replace('2A', '20').replace('2B', '20')}000"[:5],
        town=f"Ville fictive ({place.name})",
        phone="+33 1 99 00 00 00",
        email=f"site-{kind.lower()}-{number}@cohorte.invalid",
        time_zone=place.time_zone,
        opened_on=on,
    )


def _open(found: Map, sites: list[Site]) -> None:
    for site in sites:
        site.finess = _finess(found, site.departement)
    Site.objects.bulk_create(sites, BATCH)


def _listed_on(rank: int, times: int) -> date:
    """The first structures are listed from the start, the others along the published numbers."""
    before, previous = 0, OPENING
    for on, count in STRUCTURES:
        if rank < count * times:
            if not before:
                return OPENING
            span = (on - previous).days - 1
            return previous + timedelta(days=1 + span * (rank - before) // (count * times - before))
        before, previous = count * times, on
    return previous


def _make_structures(programme: Programme, found: Map, drawn: random.Random, times: int) -> None:
    total = STRUCTURES[-1][1] * times
    codes = _spread(total, _weights(), drawn)
    days = [_listed_on(rank, times) for rank in range(total)]
    sites = [
        _site(SiteKind.REFERENCE_CENTRE, _structure_name(code, rank), code, 20_000 + rank, on)
        for rank, (code, on) in enumerate(zip(codes, days, strict=True))
    ]
    _open(found, sites)
    opened = list(zip(sites, days, strict=True))
    _list_structures(programme, found, opened, drawn)
    staff = _doctors(opened, times)
    for post in _people(programme, staff, Role.REFERENCE_DOCTOR, first_rpps=100_000):
        found.doctors[post.site_id].append(post)


def _doctors(opened: list[tuple[Site, date]], times: int) -> list[tuple[Site, date]]:
    """Some a structure, from the day it is listed; the last of the early ones are trained later."""
    staff = [(site, max(on, OPENING)) for site, on in opened] * DOCTORS_A_STRUCTURE
    early = [rank for rank, (_, on) in enumerate(staff) if on <= TRAINED_BY]
    for late, rank in enumerate(early[TRAINED_DOCTORS * times :], start=1):
        staff[rank] = (staff[rank][0], TRAINED_BY + timedelta(days=late))
    return staff


def _trained_days(count: int, by_november: int, until: int, times: int) -> list[date]:
    """When each is trained: so many by the day of the published number, all `until` days after the
    opening."""
    first, known = by_november * times, (TRAINED_BY - OPENING).days
    days = [
        rank * known // first
        if rank < first
        else known + 1 + (rank - first) * (until - known - 1) // (count - first)
        for rank in range(count)
    ]
    return [OPENING + timedelta(days=day) for day in days]


def _structure_name(code: str, rank: int) -> str:
    return f"CH fictif {DEPARTEMENTS[code].name} – structure {rank + 1}"


def _list_structures(
    programme: Programme, found: Map, opened: list[tuple[Site, date]], drawn: random.Random
) -> None:
    """List each structure for some indications, from the day it opens."""
    indications = list(Indication.objects.filter(programme=programme).order_by("code"))
    listings: list[Listing] = []
    for site, on in opened:
        # The first structures treat everything, so that no indication is without one.
        everything = len(listings) < 100
        some = indications if everything else drawn.sample(indications, drawn.randint(2, 4))
        for indication in some:
            listings.append(
                Listing(site=site, indication=indication, listed_on=on, decision="Décision fictive")
            )
            found.structures[indication.code].append((on, site.pk))
        found.departement[site.pk] = site.departement
    Listing.objects.bulk_create(listings, BATCH)
    for listed in found.structures.values():
        listed.sort()


def _make_pharmacies(
    programme: Programme, found: Map, kind: SiteKind, codes: list[str], times: int
) -> None:
    is_hospital = kind == SiteKind.HOSPITAL_PHARMACY
    word, base = ("PUI fictive", 40_000) if is_hospital else ("Pharmacie fictive", 60_000)
    trained = TRAINED_HOSPITAL_PHARMACISTS if is_hospital else TRAINED_COMMUNITY_PHARMACISTS
    days = _trained_days(len(codes), trained, 880, times)
    sites = [
        _site(kind, f"{word} {DEPARTEMENTS[code].name} {rank + 1}", code, base + rank, on)
        for rank, (code, on) in enumerate(zip(codes, days, strict=True))
    ]
    _open(found, sites)
    staff = list(zip(sites, days, strict=True))
    for post in _people(programme, staff, Role.PHARMACIST, first_rpps=base * 10):
        found.pharmacists[post.departement].append(post)


def _make_relays(programme: Programme, found: Map, drawn: random.Random, times: int) -> None:
    codes = _spread(RELAY_DOCTORS * times, _weights(), drawn)
    days = _trained_days(len(codes), TRAINED_RELAYS, 700, times)
    practices = [
        _site(SiteKind.PRACTICE, f"Cabinet fictif {rank + 1}", code, 80_000 + rank, on)
        for rank, (code, on) in enumerate(zip(codes, days, strict=True))
    ]
    sites = Site.objects.bulk_create(practices, BATCH)
    staff = list(zip(sites, days, strict=True))
    for post in _people(programme, staff, Role.RELAY_DOCTOR, first_rpps=900_000):
        found.relays[post.departement].append(post)


def _people(
    programme: Programme, staff: list[tuple[Site, date]], role: Role, *, first_rpps: int
) -> list[Post]:
    """One person a place, their role, their accreditation and their proof of training."""
    profession = Profession.PHARMACIST if role == Role.PHARMACIST else Profession.DOCTOR
    people = [_person(profession, first_rpps, rank) for rank in range(len(staff))]
    users = User.objects.bulk_create(people, BATCH)
    posts = _posts(users, staff, role)
    members = Member.objects.bulk_create(posts, BATCH)
    accreditations = [
        Accreditation(member=member, programme=programme, started_on=member.started_on)
        for member in members
    ]
    Accreditation.objects.bulk_create(accreditations, BATCH)
    _train(programme, members, profession)
    return [
        Post(m.pk, m.user_id, m.site_id, site.departement, on)
        for m, (site, on) in zip(members, staff, strict=True)
    ]


def _posts(users: list[User], staff: list[tuple[Site, date]], role: Role) -> list[Member]:
    """Where each works, and since when; the first of a place is its referent."""
    at = [*zip(users, staff, strict=True)]
    first = {site.pk: user.pk for user, (site, _) in reversed(at)}
    return [
        Member(
            user=user,
            site=site,
            role=role,
            started_on=on,
            is_referent=first[site.pk] == user.pk,
        )
        for user, (site, on) in at
    ]


def _person(profession: Profession, first_rpps: int, rank: int) -> User:
    first_names = [*FIRST_NAMES["F"], *FIRST_NAMES["M"]]
    return User(
        password="!",  # noqa: S106  nobody signs in
        rpps=make_rpps(first_rpps + rank),
        email=f"pro-{first_rpps + rank}@cohorte.invalid",
        first_name=first_names[rank % len(first_names)],
        last_name=LAST_NAMES[rank // 7 % len(LAST_NAMES)],
        profession=profession,
        phone="+33 1 99 00 00 00",
    )


def _train(programme: Programme, members: list[Member], profession: Profession) -> None:
    courses = Course.objects.filter(programme=programme, profession=profession).order_by(
        "-valid_from"
    )
    versions = list(courses)
    proofs = [
        Completion(
            user_id=member.user_id,
            course=next(one for one in versions if one.valid_from <= member.started_on),
            completed_on=member.started_on,
            reference=f"ATT-{member.pk}",
            recorded_at=datetime.combine(member.started_on, time(9), tzinfo=UTC),
            recorded_by=member,
        )
        for member in members
    ]
    Completion.objects.bulk_create(proofs, BATCH)
