"""Breaking the glass: a doctor reads, for hours, the record of a patient who is not theirs.

With a written reason; nothing may be written through it; the lead doctor of the patient's site
is told the next day and says that they saw it. ADR 0095.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.enums import Role
from accounts.models import Member, Site
from core import audit, keys, throttle
from core.identifiers import read_code
from patients import identity, mail, rules
from patients.models import BrokenGlass, Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from programmes.models import Programme


# Tries per person. No legal source: whoever needs more than these is searching, not caring.
TRIES, TRIES_SECONDS = 5, 3600


class CannotBreak(Exception):
    """The message is in French and may be shown to the doctor."""


UNKNOWN = (
    "Aucun patient ne correspond exactement. Vérifiez le numéro, ou le nom et la date de naissance."
)
TOO_MANY = "Trop de recherches\u202f: attendez une heure. Elles sont inscrites au journal."
SEVERAL = "Plusieurs patients portent ce nom et cette date\u202f: saisissez le numéro du dossier."


@dataclass(frozen=True)
class Sought:
    """How the patient was named: an exact number, or a name and a whole birth date."""

    number: str = ""
    name: str = ""
    birth_date: date | None = None


def find(sought: Sought, *, by: Member, at: datetime) -> Enrolment:
    """The one patient so named, in the programmes of the doctor. Every try counts.

    :raises CannotBreak: none, several, or too many tries
    """
    if not throttle.allowed(
        "break the glass", str(by.user_id), limit=TRIES, seconds=TRIES_SECONDS, at=at
    ):
        audit.record("glass.throttled", by=by)
        raise CannotBreak(TOO_MANY)
    found = list(_named(sought, by).order_by("-included_on", "-pk")[:2])
    audit.record("glass.searched", by=by, found=len(found), by_number=bool(sought.number))
    if not found:
        raise CannotBreak(UNKNOWN)
    if len(found) > 1 and found[0].patient_id != found[1].patient_id:
        raise CannotBreak(SEVERAL)
    return found[0]


def _named(sought: Sought, by: Member) -> EnrolmentQuerySet:
    theirs = Enrolment.objects.filter(programme__in=Programme.objects.visible_to(by))
    if sought.number:
        return theirs.filter(number=read_code(sought.number) or "")
    if not sought.name or sought.birth_date is None:
        return theirs.none()
    return identity.named(theirs, name=sought.name, birth_date=sought.birth_date)


def open_record(enrolment: Enrolment, *, reason: str, by: Member, at: datetime) -> BrokenGlass:
    """Open the record to that doctor, to read it until `rules.GLASS_HOURS` later.

    :raises CannotBreak: the reason says nothing
    """
    if refusal := rules.glass_refusal(reason):
        raise CannotBreak(refusal)
    with audit.acting("glass.broken", by=by):
        glass = BrokenGlass(
            member=by,
            enrolment=enrolment,
            at=at,
            until=at + timedelta(hours=rules.GLASS_HOURS),
        )
        glass.reason_sealed = keys.seal(
            enrolment.key_id, reason.strip().encode(), aad=reason_aad(glass.public_id)
        )
        glass.save()
        audit.record("glass.broken", glass, by=by, subject=str(enrolment.public_id))
    return glass


def reason_aad(public_id: UUID) -> str:
    return f"patients.BrokenGlass {public_id}"


def reasons(glasses: Iterable[BrokenGlass]) -> dict[int, str]:
    """The reasons in clear, by primary key; those whose key was destroyed are absent."""
    sealed = [one for one in glasses if one.reason_sealed]
    opened = keys.open_keys(one.enrolment.key_id for one in sealed)
    return {
        one.pk: opened[one.enrolment.key_id]
        .unseal(bytes(one.reason_sealed), reason_aad(one.public_id))
        .decode()
        for one in sealed
        if one.enrolment.key_id in opened and one.reason_sealed
    }


def acknowledge(glass: BrokenGlass, *, by: Member, at: datetime) -> None:
    """The lead doctor has seen it. Twice keeps the first."""
    with audit.acting("glass.acknowledged", by=by):
        rows = BrokenGlass.objects.select_related("enrolment").select_for_update(of=("self",))
        locked = rows.get(pk=glass.pk)
        if locked.acknowledged_at is not None:
            return
        locked.acknowledged_by, locked.acknowledged_at = by, at
        locked.save(update_fields=["acknowledged_by", "acknowledged_at"])
        subject = str(locked.enrolment.public_id)
        audit.record("glass.acknowledged", locked, by=by, subject=subject)


# --- The digest of the day before ------------------------------------------------------------


def tell(site: Site, *, at: datetime) -> int:
    """Queue to the lead doctors of a site what was opened before today; return how many rows.

    Rows are stamped in the same transaction: told once, whatever runs twice.
    """
    today = site.local_day(at)
    midnight = datetime.combine(today, time(), tzinfo=ZoneInfo(site.time_zone))
    untold = BrokenGlass.objects.untold(midnight).filter(enrolment__site=site)
    with audit.acting("glass.told", by=audit.SYSTEM):
        rows = untold.select_related("enrolment", "member__user", "member__site")
        found = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("at", "pk"))
        doctors = _lead_doctors(site) if found else []
        if not doctors:  # a site that has none today: told to the next one
            return 0
        for doctor in doctors:
            mail.queue_glass_digest(site, doctor, found, day=today, at=at)
        for glass in found:
            glass.told_at = at
            glass.save(update_fields=["told_at"])
    return len(found)


def _lead_doctors(site: Site) -> list[Member]:
    """The referents; every reference doctor of a site that has none."""
    referents = list(Member.objects.referents_of(site).select_related("user").order_by("pk"))
    if referents:
        return referents
    doctors = Member.objects.open().own().filter(site=site, role=Role.REFERENCE_DOCTOR)
    return list(doctors.select_related("user").order_by("pk"))
