"""What a structure still has to collect or hand over, about its own patients."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Member
from patients import identity, rules
from patients.enums import Channel, ConsentKind, EndReason, EnrolmentState
from patients.identity import Person
from patients.models import Consent, ContactChoice, Enrolment, Handover
from programmes.enums import LinkKind, PersonKind
from programmes.models import ProgrammeLink


# Days before the birthday from which the consent at majority is announced. No legal source: the
# time to see the patient once (ADR 0114).
MAJORITY_SOON_DAYS = 60
# Days during which a paper that was not scanned is asked for; older ones came without. ADR 0114.
PAPER_DAYS = 90
# Rows of each list of the page.
MOST = 50


@dataclass(frozen=True)
class Row:
    enrolment: Enrolment
    person: Person | None
    detail: str
    is_due: bool = True


def majority(member: Member, today: date) -> list[Row]:
    """Those who signed as minors and are, or soon will be, of age. Three queries at most."""
    signed = Consent.objects.current().filter(
        enrolment=OuterRef("pk"),
        kind=ConsentKind.PARTICIPATION,
        person_kind=PersonKind.MINOR,
        withdrawn_on=None,
    )
    soon = today + timedelta(days=MAJORITY_SOON_DAYS)
    found = (
        Enrolment.objects.visible_to(member)
        .live()
        .filter(Exists(signed), patient__birth_year__lte=soon.year - rules.MAJORITY)
        .select_related("patient__identity", "programme")
        .order_by("patient__birth_year", "pk")
    )
    return _come_of_age(list(found), today, soon)


def _come_of_age(enrolments: list[Enrolment], today: date, soon: date) -> list[Row]:
    people = identity.open_many(one.patient for one in enrolments)
    rows = []
    for enrolment in enrolments:
        person = people.get(enrolment.patient_id)
        if person is None:
            continue
        birthday = rules.majority_on(person.birth_date, person.birth_precision)
        if birthday <= soon:
            words = "Majeur depuis le" if birthday <= today else "Majeur le"
            detail = f"{words} {birthday:%d/%m/%Y}"
            rows.append(Row(enrolment, person, detail, birthday <= today))
    return rows


def papers(member: Member, at: datetime) -> list[Row]:
    """Consents recorded lately whose signed paper is still to be scanned."""
    waiting = Consent.objects.current().filter(
        enrolment=OuterRef("pk"), proofs=None, recorded_at__gte=at - timedelta(days=PAPER_DAYS)
    )
    found = (
        Enrolment.objects.visible_to(member)
        .filter(Exists(waiting))
        .exclude(state=EnrolmentState.CANCELLED)
        .select_related("patient__identity", "programme")
        .order_by("-included_on", "pk")
    )
    return _rows(list(found[:MOST]), "Papier signé à numériser")


def to_inform(member: Member, today: date) -> list[Row]:
    """Former patients who may still be reached and were not given a document in force.

    The documents of 8 March 2022 address those who take part «or have taken part»
    (`domain.md` 9.1). Who asked not to be contacted again is left out.
    """
    asked = ContactChoice.objects.filter(enrolment=OuterRef("pk")).order_by("-pk")
    first = Consent.objects.filter(enrolment=OuterRef("pk")).order_by("signed_on", "pk")
    found = (
        Enrolment.objects.visible_to(member)
        .filter(state=EnrolmentState.ENDED, patient__identity_erased_at=None)
        .exclude(end_reason=EndReason.DEATH)
        .annotate(
            channel=Subquery(asked.values("channel")[:1]),
            signer=Subquery(first.values("person_kind")[:1]),
        )
        .filter(Q(channel=None) | ~Q(channel=Channel.NONE))
        .filter(Exists(_not_given(today)))
        .select_related("patient__identity", "programme")
        .order_by("-ended_on", "pk")
    )
    return _rows(list(found[:MOST]), "Nouveau document d’information")


def _not_given(today: date) -> QuerySet[ProgrammeLink]:
    """Documents for the person of the outer enrolment, in force, neither given nor sent."""
    return ProgrammeLink.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        ~Exists(Handover.objects.filter(enrolment=OuterRef(OuterRef("pk")), link=OuterRef("pk"))),
        ~Exists(
            Consent.objects.filter(enrolment=OuterRef(OuterRef("pk")), information=OuterRef("pk"))
        ),
        programme=OuterRef("programme"),
        kind=LinkKind.INFORMATION_DOCUMENT,
        person_kind__in=["", OuterRef("signer")],
        valid_from__lte=today,
    )


def documents_to_give(enrolment: Enrolment, today: date) -> list[ProgrammeLink]:
    """Those that this person was not given, the newest first."""
    signed = enrolment.consents.order_by("signed_on", "pk").first()
    links = ProgrammeLink.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        programme=enrolment.programme_id,
        kind=LinkKind.INFORMATION_DOCUMENT,
        person_kind__in=["", signed.person_kind if signed else ""],
        valid_from__lte=today,
    )
    links = links.exclude(handovers__enrolment=enrolment)
    links = links.exclude(informed_consents__enrolment=enrolment)
    return list(links.order_by("-valid_from", "pk"))


def _rows(enrolments: list[Enrolment], detail: str) -> list[Row]:
    people = identity.open_many(one.patient for one in enrolments)
    return [Row(one, people.get(one.patient_id), detail) for one in enrolments]
