"""What waits for this person beside their patients: to sign, to read, to review."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse

from accounts.enums import Permission
from accounts.models import Member
from accounts.permissions import allows
from core.text import uncapitalised
from followup.models import Letter, Preparation
from patients import identity
from patients.identity import Person
from patients.models import BrokenGlass, Enrolment, Patient
from prescriptions.models import Prescription
from rights import due


# Rows of the page: more than this is a morning's work.
SHOWN = 100

# Kinds of what waits, as the database counts them.
_SIGN, _READ, _ACKNOWLEDGE = "SIGN", "READ", "ACKNOWLEDGE"


@dataclass(frozen=True)
class Duty:
    text: str
    action: str
    url: str


def of(member: Member, today: date) -> list[Duty]:
    """One query, three more for a referent; none for whoever has no such charge."""
    waiting = _waiting(member)
    return [
        *_to_sign(waiting[_SIGN]),
        *_to_read(waiting[_READ]),
        *_to_acknowledge(waiting[_ACKNOWLEDGE]),
        *_to_review(member, today),
    ]


def _waiting(member: Member) -> Counter[str]:
    """How many of each kind."""
    asked: list[QuerySet[Any]] = []
    if allows(member, Permission.PRESCRIPTION_WRITE):
        asked += [
            Prescription.objects.to_sign_by(member).annotate(what=Value(_SIGN)),
            Preparation.objects.to_hold_by(member).annotate(what=Value(_SIGN)),
        ]
    if allows(member, Permission.LETTER_RECEIVE):
        asked.append(Letter.objects.to_read_by(member).annotate(what=Value(_READ)))
    if allows(member, Permission.GLASS_REVIEW):
        told = BrokenGlass.objects.told_to(member).filter(acknowledged_at=None)
        asked.append(told.annotate(what=Value(_ACKNOWLEDGE)))
    if not asked:
        return Counter()
    first, *others = [one.order_by().values_list("what", flat=True) for one in asked]
    return Counter(first.union(*others, all=True))


def _to_sign(count: int) -> list[Duty]:
    text = f"{count} saisie{'s' * (count > 1)} préparée{'s' * (count > 1)} à relire et à signer."
    return [Duty(text, "À signer", reverse("record:to_sign"))] if count else []


def _to_read(count: int) -> list[Duty]:
    text = f"{count} courrier{'s' * (count > 1)} à lire."
    return [Duty(text, "Courriers reçus", reverse("record:letters"))] if count else []


def _to_acknowledge(count: int) -> list[Duty]:
    text = f"{count} accès exceptionnel{'s' * (count > 1)} à des dossiers de votre structure."
    url = reverse("patients:glass_log")
    return [Duty(text, "En prendre connaissance", url)] if count else []


def _to_review(member: Member, today: date) -> list[Duty]:
    return [
        Duty(
            f"Revue des droits – {one.site.name}\u202f: {uncapitalised(one.words)}.",
            "Faire la revue",
            reverse("rights:review", args=[one.site.public_id]),
        )
        for one in due.of_member(member, today)
    ]


@dataclass(frozen=True)
class ToSign:
    """A line of the queue: each opens its own page, where it is read before it is signed."""

    enrolment: Enrolment
    person: Person | None
    what: str
    prepared_by: Member
    prepared_at: datetime
    url: str


def to_sign(member: Member) -> list[ToSign]:
    """What others prepared for this doctor, the oldest first: four queries."""
    prescriptions = list(
        Prescription.objects.to_sign_by(member)
        .select_related("enrolment__patient", "prepared_by__user")
        .prefetch_related("lines")
        .order_by("created_at", "pk")[:SHOWN]
    )
    visits = list(
        Preparation.objects.to_hold_by(member)
        .select_related("enrolment__patient", "visit", "prepared_by__user")
        .order_by("prepared_at", "pk")[:SHOWN]
    )
    people = identity.open_many(_patients([*prescriptions, *visits]))
    rows = [_prescription(one, people) for one in prescriptions]
    rows += [_visit(one, people) for one in visits]
    return sorted(rows, key=lambda row: row.prepared_at)


def _patients(found: Sequence[Prescription | Preparation]) -> list[Patient]:
    return [one.enrolment.patient for one in found]


def _prescription(found: Prescription, people: dict[int, Person]) -> ToSign:
    assert found.prepared_by is not None  # noqa: S101 - `to_sign_by` asks it
    products = ", ".join(line.product_name for line in found.lines.all())
    return ToSign(
        found.enrolment,
        people.get(found.enrolment.patient_id),
        f"Ordonnance du {found.starts_on:%d/%m/%Y} au {found.ends_on:%d/%m/%Y}\u202f: {products}",
        found.prepared_by,
        found.created_at,
        reverse("prescriptions:detail", args=[found.enrolment.public_id, found.public_id]),
    )


def _visit(found: Preparation, people: dict[int, Person]) -> ToSign:
    visit = found.visit
    if visit is None:
        url = reverse("followup:unscheduled", args=[found.enrolment.public_id])
    else:
        url = reverse("followup:visit", args=[visit.public_id])
    return ToSign(
        found.enrolment,
        people.get(found.enrolment.patient_id),
        visit.title if visit else "Consultation non programmée",
        found.prepared_by,
        found.prepared_at,
        url,
    )
