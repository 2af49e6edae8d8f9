"""Who is reminded of which visits: one digest a place and local day."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import Member, Site
from core.models import OutgoingMail
from followup import mail
from followup.mail import Digest
from followup.models import Visit, VisitQuerySet
from patients.models.enrolment import LIVE
from programmes.models import Accreditation


def remind_site(site: Site, *, at: datetime) -> int:
    """Queue the digest of a reference structure; return how many mails are new.

    To the site's own address, else to each of its reference doctors.
    """
    day = site.local_day(at)
    if site.email:
        visits = _to_hold(Visit.objects.of_site(site.pk), day)
        digests = [Digest(f"digest:{site.pk}:{day}", site.email, site.name, day, visits)]
    else:
        doctors = Member.objects.open().filter(site=site, role=Role.REFERENCE_DOCTOR)
        digests = [
            _of_doctor(doctor, site, day)
            for doctor in doctors.select_related("user").order_by("pk")
        ]
    return _queue(digests, at)


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
