"""Who asks, and what is there to be done: prepared before the measures, as the owner."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count

from accounts import factors, sessions
from accounts.actions import Person, give_role, issue_token, open_account
from accounts.enums import Profession, Role, SiteKind
from accounts.models import Member, Site, User
from core import audit, codes
from core.models import Document
from followup import items, questionnaires
from followup.enums import DateSource, DoubtReason
from followup.items import Item
from followup.models import Visit
from patients import documents as certificates
from patients import identity
from patients.models import Enrolment
from prescriptions import documents
from prescriptions.enums import PrescriptionStatus
from prescriptions.models import Prescription
from programmes.enums import VisitKind
from programmes.models import Accreditation, Programme
from recann.bench.client import Client


# Patients of the doctor whose pages are measured, about: the same at every size of the base.
PATIENTS_OF_SITE = 20


@dataclass
class People:
    """Clients by person, opened when first needed."""

    port: int
    now: datetime
    _clients: dict[int, Client] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()

    def client(self, member: Member) -> Client:
        if member.user_id not in self._clients:
            self._clients[member.user_id] = Client(self.port, session=self.session(member.user))
        return self._clients[member.user_id]

    def session(self, user: User) -> str:
        """A session of both factors; the factor itself is drawn and forgotten."""
        if not factors.has_factor(user):
            factors.keep_secret(user, factors.new_secret(), at=self.now)
        return sessions.mint(user, at=self.now)


def doctor_of(enrolment: Enrolment) -> Member:
    return _first(Role.REFERENCE_DOCTOR, enrolment.site_id)


def usual_enrolment() -> Enrolment:
    """A patient followed for long, at a structure of about `PATIENTS_OF_SITE` patients."""
    sites = Enrolment.objects.values("site").annotate(many=Count("pk"))
    site = min(sites, key=lambda one: (abs(one["many"] - PATIENTS_OF_SITE), one["site"]))["site"]
    of_site = Enrolment.objects.live().filter(site=site).select_related("patient", "programme")
    return of_site.order_by("included_on", "pk")[0]


def pharmacist_of(enrolment: Enrolment) -> Member:
    return _first(Role.PHARMACIST, enrolment.pharmacy_id)


def _first(role: Role, site_id: int | None) -> Member:
    members = Member.objects.open().filter(role=role, site=site_id)
    return members.select_related("user", "site").order_by("pk")[0]


def agency(programme: Programme, people: People) -> tuple[Member, str]:
    """An analyst of the agency, and the token of a program that reads the statistics."""
    site = Site.objects.create(
        kind=SiteKind.AGENCY, name="Agence (mesures)", departement="93", opened_on=people.today
    )
    members = []
    for login, profession, role in (
        ("analyste", Profession.AGENT, Role.ANALYST),
        ("programme", Profession.PROGRAM, Role.API_CLIENT),
    ):
        person = Person(
            email=f"{login}-{secrets.token_hex(4)}@mesures.invalid",
            last_name=login.title(),
            profession=profession,
        )
        user = open_account(person, by=audit.SYSTEM)
        member = give_role(user, site, role, by=audit.SYSTEM, on=people.today)
        Accreditation.objects.create(member=member, programme=programme, started_on=people.today)
        members.append(member)
    return members[0], issue_token(members[1], by=audit.SYSTEM, at=people.now)


# --- Something to do -------------------------------------------------------------------------


def followed(count: int, *, uncertified: bool = False) -> list[Enrolment]:
    """Patients spread over the whole base; without a certificate yet, where one is to be made."""
    live = Enrolment.objects.live().order_by("pk")
    if uncertified:
        made = Document.objects.filter(kind=certificates.KIND, enrolment_id__isnull=False)
        live = live.exclude(pk__in=made.values("enrolment_id"))
    step = max(live.count() // count, 1)
    ids = list(live.values_list("pk", flat=True))[::step][:count]
    found = Enrolment.objects.filter(pk__in=ids)
    found = found.select_related("patient__identity", "programme", "site")
    return list(found.order_by("pk"))


def visit_to_hold(enrolment: Enrolment, today: date) -> Visit:
    """A complex visit whose date was given at the previous one."""
    margin = timedelta(days=10)
    return Visit.objects.create(
        enrolment=enrolment,
        kind=VisitKind.COMPLEX,
        due_on=today,
        opens_on=today - margin,
        closes_on=today + margin,
        date_source=DateSource.NEXT_DATE,
    )


def answers(enrolment: Enrolment, today: date) -> dict[str, str]:
    """Every question of a complex visit answered, and what the doctor decides."""
    typed: dict[str, str] = {}
    for part in questionnaires.asked(enrolment, VisitKind.COMPLEX, today):
        for item in part.items:
            if item.shown_by or item.kind == items.TEXT:
                continue
            name = f"{part.code}-{item.code}"
            typed[name] = _typed(item, part.items, today)
            # Whatever was answered before, it stands.
            typed |= {f"{name}-why": DoubtReason.CHECKED} if item.soft else {}
    return typed | {"mode": "ON_SITE", "decision": "CONTINUE", "held_on": f"{today:%d/%m/%Y}"}


def _typed(item: Item, every: list[Item], today: date) -> str:
    match item.kind:
        case items.NUMBER:
            lowest = item.lowest if item.lowest is not None else Decimal(1)
            return str(max(lowest, min(item.highest or Decimal(3), Decimal(3))))
        case items.DATE:
            return f"{today:%d/%m/%Y}"
        case items.YES_NO:
            return items.NO
    # An answer that asks nothing more.
    asking = {value for one in every if one.shown_by == item.code for value in one.shown_for}
    return next(value for value, _ in item.choices if value not in asking)


@dataclass(frozen=True)
class Presented:
    """What a patient brings to the counter."""

    enrolment: Enrolment
    code: str
    birth_date: date

    def form(self) -> dict[str, str]:
        return {"code": self.code, "birth_date": f"{self.birth_date:%d/%m/%Y}"}


@transaction.atomic
def prescription_to_supply(enrolment: Enrolment, now: datetime) -> Presented | None:
    """The patient's last narcotic prescription once more, signed today, with a code."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment, narcotic_days__isnull=False)
    last = signed.order_by("-starts_on").first()
    person = identity.open_one(enrolment.patient)
    if last is None or person is None:
        return None
    today = enrolment.site.local_day(now)
    fresh = Prescription.objects.create(
        enrolment=enrolment,
        patient=enrolment.patient,
        prescriber_id=last.prescriber_id,
        author_id=last.author_id,
        starts_on=today,
        duration_days=last.duration_days,
        narcotic_days=last.narcotic_days,
        has_overlap_mention=True,
        created_at=now,
    )
    _copy_lines(last, fresh)
    Prescription.objects.filter(pk=fresh.pk).update(
        status=PrescriptionStatus.SIGNED, signed_on=today, signed_at=now
    )
    label = Prescription._meta.label
    code = codes.issue(documents.KIND, label, fresh.pk, today, content=str(fresh.pk))
    return Presented(enrolment, code.short, person.birth_date)


def _copy_lines(last: Prescription, fresh: Prescription) -> None:
    for line in last.lines.all():
        steps, packs = list(line.steps.all()), list(line.packs.all())
        line.pk, line.prescription = None, fresh
        line.save()
        for step in steps:
            step.pk, step.line = None, line
            step.save()
        for pack in packs:
            pack.pk, pack.line = None, line
            pack.save()
