"""Who is reminded of which visits: one digest a place and local day."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

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


def local_date(site: Site, at: datetime) -> date:
    """The day it is at the site."""
    return at.astimezone(ZoneInfo(site.time_zone)).date()


def remind_site(site: Site, *, at: datetime) -> int:
    """Queue the digest of a reference structure; return how many mails are new.

    To the site's own address, else to each of its reference doctors.
    """
    day = local_date(site, at)
    visits = _to_hold(Visit.objects.of_site(site.pk), day)
    if not visits:
        return 0
    if site.email:
        recipients = {f"digest:{site.pk}:{day}": site.email}
    else:
        doctors = Member.objects.open().filter(site=site, role=Role.REFERENCE_DOCTOR)
        recipients = {
            f"digest:{site.pk}:{doctor.user_id}:{day}": doctor.user.email
            for doctor in doctors.select_related("user").order_by("pk")
        }
    digests = [Digest(key, to, site.name, day, visits) for key, to in recipients.items()]
    return _queue(digests, at)


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
    day = local_date(doctor.site, at)
    visits = _to_hold(Visit.objects.visible_to(doctor).simple_of(doctor), day)
    if not visits:
        return 0
    key = f"digest:member:{doctor.pk}:{day}"
    return _queue([Digest(key, doctor.user.email, doctor.site.name, day, visits)], at)


def _to_hold(visits: VisitQuerySet, day: date) -> list[Visit]:
    return list(visits.expected(day).consenting(day).select_related("enrolment"))


def _queue(digests: list[Digest], at: datetime) -> int:
    """All the mails of a site, or none: a half-told site would not be tried again."""
    keys = [digest.key for digest in digests]
    with transaction.atomic():
        told = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
        new = [digest for digest in digests if digest.key not in told]
        for digest in new:
            mail.queue_digest(digest, at=at)
    return len(new)
