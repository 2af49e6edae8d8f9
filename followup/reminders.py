"""Who is reminded of which visits: one digest a place and local day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.enums import Role
from accounts.models import Member, Site
from core.models import OutgoingMail
from followup import mail, rules
from followup.enums import VisitStatus
from followup.mail import Digest
from followup.models import Visit, VisitQuerySet
from patients.enums import EnrolmentState
from patients.models import Enrolment
from patients.models.enrolment import LIVE
from prescriptions.models import Prescription
from programmes.models import Accreditation


# Sites whose visits are read by one query: few enough to stay in memory.
TOGETHER = 500


@dataclass(frozen=True)
class Places:
    """Sites that share a local day, and the visits to hold at each: read together."""

    day: date
    sites: list[Site]
    visits: dict[int, list[Visit]]
    # Keys of the digests that were queued already.
    told: frozenset[str]

    def digest(self, site: Site) -> Digest:
        """What a site with an address is told."""
        key = f"digest:{site.pk}:{self.day}"
        return Digest(key, site.email, site.name, self.day, self.visits.get(site.pk, []))


def read(day: date, sites: list[Site]) -> Places:
    """Read in two queries what the sites that share this local day have to hold."""
    visits: dict[int, list[Visit]] = {}
    for visit in _to_hold(Visit.objects.filter(enrolment__site__in=sites), day):
        visits.setdefault(visit.enrolment.site_id, []).append(visit)
    keys = [f"digest:{site.pk}:{day}" for site in sites]
    told = OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True)
    return Places(day, sites, visits, frozenset(told))


def without_renewal(today: date) -> list[int]:
    """Patients under treatment whose last prescription ends within the week, and whom no planned
    visit awaits from today to that end. Their keys."""
    last = Prescription.objects.signed().filter(enrolment=OuterRef("pk")).order_by("-ends_on")
    planned = Visit.objects.filter(
        enrolment=OuterRef("pk"),
        status=VisitStatus.PLANNED,
        due_on__gte=today,
        due_on__lte=OuterRef("run_ends"),
    )
    soon = (today, today + timedelta(days=rules.RENEWAL_DAYS))
    ending = Prescription.objects.signed().filter(ends_on__range=soon).values("enrolment")
    active = Enrolment.objects.filter(
        state=EnrolmentState.ACTIVE, merged_into=None, pk__in=ending
    ).annotate(run_ends=Subquery(last.values("ends_on")[:1]))
    found = active.filter(~Exists(planned), run_ends__range=soon)
    return list(found.order_by("pk").values_list("pk", flat=True))


def by_local_day(sites: Iterable[Site], at: datetime) -> Iterator[tuple[date, list[Site]]]:
    """Groups of at most `TOGETHER` sites that share their local day."""
    waiting: dict[date, list[Site]] = {}
    for site in sites:
        group = waiting.setdefault(site.local_day(at), [])
        group.append(site)
        if len(group) == TOGETHER:
            yield site.local_day(at), group
            waiting[site.local_day(at)] = []
    yield from ((day, group) for day, group in waiting.items() if group)


def remind_site(site: Site, places: Places, *, at: datetime) -> int:
    """Queue the digest of a reference structure; return how many mails are new.

    To the site's own address, else to each of its reference doctors.
    """
    if site.pk not in places.visits:
        return 0
    if site.email:
        digest = places.digest(site)
        return 0 if digest.key in places.told else _queue([digest], at)
    doctors = Member.objects.open().filter(site=site, role=Role.REFERENCE_DOCTOR)
    chosen = doctors.select_related("user").order_by("pk")
    return _queue([_of_doctor(doctor, site, places.day) for doctor in chosen], at)


def _of_doctor(doctor: Member, site: Site, day: date) -> Digest:
    """Of the programmes they are accredited for."""
    visits = _to_hold(Visit.objects.visible_to(doctor), day)
    return Digest(f"digest:member:{doctor.pk}:{day}", doctor.user.email, site.name, day, visits)


def relay_doctors() -> QuerySet[Member]:
    """Relay doctors of patients followed today, still accredited."""
    return (
        Member.objects.open()
        .filter(
            role=Role.RELAY_DOCTOR,
            relayed_enrolments__state__in=LIVE,
            pk__in=Accreditation.objects.filter(ended_on=None).values("member"),
        )
        .select_related("user", "site")
        .distinct()
        .order_by("pk")
    )


def remind_relay_doctor(doctor: Member, *, at: datetime) -> int:
    """Queue the digest of the simple visits of a relay doctor; return how many mails are new."""
    day = doctor.site.local_day(at)
    visits = _to_hold(Visit.objects.visible_to(doctor).simple_of(doctor), day)
    key = f"digest:member:{doctor.pk}:{day}"
    return _queue([Digest(key, doctor.user.email, doctor.site.name, day, visits)], at)


def _to_hold(visits: VisitQuerySet, day: date) -> list[Visit]:
    return list(visits.expected(day).consenting(day).select_related("enrolment"))


def _queue(digests: list[Digest], at: datetime) -> int:
    """All the mails of a site, or none: a half-told site would not be tried again."""
    full = [digest for digest in digests if digest.visits]
    keys = [digest.key for digest in full]
    with transaction.atomic():
        told = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
        new = [digest for digest in full if digest.key not in told]
        for digest in new:
            mail.queue_digest(digest, at=at)
    return len(new)
