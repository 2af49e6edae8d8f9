"""Who is reminded of which visits: one digest a place and local day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.models import Member, Site
from core.models import OutgoingMail
from followup import mail, rules
from followup.enums import Rhythm, VisitStatus
from followup.mail import Digest
from followup.models import DigestChoice, Letter, Visit, VisitQuerySet
from patients.enums import EnrolmentState
from patients.models import Enrolment
from patients.models.enrolment import LIVE
from prescriptions import running
from prescriptions.models import Prescription
from programmes.models import Accreditation


# Sites, or doctors, whose visits are read by one query: few enough to stay in memory.
TOGETHER = 500

# Who is told of visits.
Told = TypeVar("Told", Site, Member)


@dataclass(frozen=True)
class Places:
    """Sites that share a local day, and the visits to hold at each: read together."""

    day: date
    sites: list[Site]
    visits: dict[int, list[Visit]]
    # Keys of the digests that were queued already.
    told: frozenset[str]
    # Members who asked for one of their own, by site.
    asking: dict[int, list[Member]]

    def digest(self, site: Site) -> Digest:
        """What a site with an address is told."""
        key = f"digest:{site.pk}:{self.day}"
        return Digest(key, site.email, site.name, self.day, self.visits.get(site.pk, []))


def read(day: date, sites: list[Site]) -> Places:
    """Read in three queries what the sites that share this local day have to hold."""
    visits: dict[int, list[Visit]] = {}
    for visit in _to_hold(Visit.objects.filter(enrolment__site__in=sites), day):
        visits.setdefault(visit.enrolment.site_id, []).append(visit)
    told = _told(f"digest:{site.pk}:{day}" for site in sites)
    return Places(day, sites, visits, told, _asking(sites))


def _asking(sites: list[Site]) -> dict[int, list[Member]]:
    """Doctors who chose a rhythm: at a place with an address of its own, they alone are told."""
    chosen = _doctors().filter(site__in=sites, digest_choice__isnull=False)
    found: dict[int, list[Member]] = {}
    for doctor in chosen:
        found.setdefault(doctor.site_id, []).append(doctor)
    return found


def _doctors() -> QuerySet[Member]:
    doctors = Member.objects.open().filter(role=Role.REFERENCE_DOCTOR)
    return doctors.select_related("user", "site", "digest_choice").order_by("pk")


def without_renewal(today: date) -> list[int]:
    """Patients under treatment whose last prescription ends within the week, and whom no planned
    visit awaits from today to that end. Their keys."""
    planned = Visit.objects.filter(
        enrolment=OuterRef("pk"),
        status=VisitStatus.PLANNED,
        due_on__gte=today,
        due_on__lte=OuterRef("run_ends"),
    )
    soon = (today, today + timedelta(days=rules.RENEWAL_DAYS))
    ending = Prescription.objects.signed().filter(
        Q(ends_on__range=soon) | Q(narcotic_ends_on__range=soon)
    )
    active = Enrolment.objects.filter(
        state=EnrolmentState.ACTIVE, merged_into=None, pk__in=ending.values("enrolment")
    ).annotate(run_ends=running.ends(today))
    found = active.filter(~Exists(planned), run_ends__range=soon)
    return list(found.order_by("pk").values_list("pk", flat=True))


def by_local_day(known: Iterable[tuple[date, Told]]) -> Iterator[tuple[date, list[Told]]]:
    """Groups of at most `TOGETHER` sites or doctors that share their local day."""
    waiting: dict[date, list[Told]] = {}
    for day, one in known:
        group = waiting.setdefault(day, [])
        group.append(one)
        if len(group) == TOGETHER:
            yield day, waiting.pop(day)
    yield from waiting.items()


def remind_site(site: Site, places: Places, *, at: datetime) -> int:
    """Queue the digest of a reference structure; return how many mails are new.

    To the site's own address and to the doctors who asked for theirs; without an address, to each
    of its reference doctors who did not refuse.
    """
    if site.pk not in places.visits:
        return 0
    if not site.email:
        return _queue(_of_doctors(_doctors().filter(site=site), places.day), at)
    digest = places.digest(site)
    own = [] if digest.key in places.told else [digest]
    asking = _of_doctors(places.asking.get(site.pk, []), places.day)
    return _queue([*own, *asking], at) if own or asking else 0


def _of_doctors(doctors: Iterable[Member], day: date) -> list[Digest]:
    """Of the programmes they are accredited for; none for those told in their period already."""
    keys = {doctor.pk: _key(doctor, day) for doctor in doctors}
    told = _told(keys.values())
    return [
        Digest(
            keys[doctor.pk],
            doctor.user.email,
            doctor.site.name,
            day,
            _to_hold(Visit.objects.visible_to(doctor), day),
        )
        for doctor in doctors
        if keys[doctor.pk] and keys[doctor.pk] not in told
    ]


def rhythm_of(member: Member) -> Rhythm:
    """What they chose, else the usual: none beside the digest that their place gets."""
    choice: DigestChoice | None = getattr(member, "digest_choice", None)
    if choice is not None:
        return Rhythm(choice.rhythm)
    place_is_told = member.role == Role.REFERENCE_DOCTOR and member.site.email
    return Rhythm.NEVER if place_is_told else Rhythm.DAILY


def _key(doctor: Member, day: date) -> str:
    """Of their digest in the period of their rhythm; "" for who wants none."""
    period = rules.digest_period(rhythm_of(doctor), day)
    return f"digest:member:{doctor.pk}:{period}" if period else ""


def relay_doctors() -> QuerySet[Member]:
    """Relay doctors of patients followed today, still accredited."""
    followed = Enrolment.objects.filter(relay_doctor=OuterRef("pk"), state__in=LIVE)
    accredited = Accreditation.objects.filter(member=OuterRef("pk"), ended_on=None)
    return (
        Member.objects.open()
        .filter(Exists(followed), Exists(accredited), role=Role.RELAY_DOCTOR)
        .select_related("user", "site", "digest_choice")
        .order_by("pk")
    )


@dataclass(frozen=True)
class Relayed:
    """Relay doctors who share a local day, and what each may hold: read together."""

    day: date
    visits: dict[int, list[Visit]]
    # Keys of the digests that were queued already.
    told: frozenset[str]
    # How many letters wait for each.
    letters: dict[int, int]


def read_relayed(day: date, doctors: list[Member]) -> Relayed:
    """Read in three queries what relay doctors who share this local day have to hold and read."""
    visits: dict[int, list[Visit]] = {}
    for visit in _to_hold(Visit.objects.relayed_to(doctors, day), day):
        visits.setdefault(visit.enrolment.relay_doctor_id or 0, []).append(visit)
    told = _told(_key(doctor, day) for doctor in doctors)
    waiting = Letter.objects.to_read_of(visits, day).values_list("visit__enrolment__relay_doctor")
    return Relayed(day, visits, told, dict(waiting.annotate(Count("pk"))))


def remind_relay_doctor(doctor: Member, relayed: Relayed, *, at: datetime) -> int:
    """Queue the digest of what a relay doctor may hold; return how many mails are new."""
    key, visits = _key(doctor, relayed.day), relayed.visits.get(doctor.pk, [])
    if not key or not visits or key in relayed.told:
        return 0
    letters = relayed.letters.get(doctor.pk, 0)
    digest = Digest(key, doctor.user.email, doctor.site.name, relayed.day, visits, letters)
    return _queue([digest], at)


def _told(keys: Iterable[str]) -> frozenset[str]:
    """Those of these digests that were queued already."""
    queued = OutgoingMail.objects.filter(key__in=list(keys))
    return frozenset(queued.values_list("key", flat=True))


def _to_hold(visits: VisitQuerySet, day: date) -> list[Visit]:
    return list(visits.expected(day).consenting(day).select_related("enrolment"))


def _queue(digests: list[Digest], at: datetime) -> int:
    """All the mails of a site, or none: a half-told site would not be tried again."""
    full = [digest for digest in digests if digest.visits]
    with transaction.atomic():
        told = _told(digest.key for digest in full)
        new = [digest for digest in full if digest.key not in told]
        for digest in new:
            mail.queue_digest(digest, at=at)
    return len(new)
