"""Reporting an adverse event, and tracking its declarations. Nothing else writes these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from accounts.models import Member
from core import audit, drafts, keys, once
from core.db import violated_constraint
from followup.models import Visit
from patients.enums import EndReason, EnrolmentState
from patients.models import Enrolment
from pharmacies.models import Dispensation
from programmes.models import Product
from vigilance import rules, terms
from vigilance.enums import Network
from vigilance.models import AdverseEvent, Declaration, Reaction, Suspect
from vigilance.words import seal


class CannotReport(Exception):
    """The message is in French and may be shown; `field` tells where."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class CannotDeclare(CannotReport):
    """The declaration cannot be recorded."""


@dataclass(frozen=True)
class Suspected:
    """One medicine: product of the programme, mg a day at onset, batch."""

    product: Product
    thc_mg_per_day: Decimal | None = None
    cbd_mg_per_day: Decimal | None = None
    batch: str = ""
    started_on: date | None = None


@dataclass(frozen=True)
class Report:
    """What the reporter says."""

    terms: Sequence[str]
    dates: rules.Dates
    severity: str
    outcome: str
    action_taken: str
    suspects: Sequence[Suspected]
    seriousness: Sequence[str] = ()
    situations: Sequence[str] = ()
    other_words: str = ""
    narrative: str = ""
    visit: Visit | None = None
    dispensation: Dispensation | None = None


@dataclass(frozen=True)
class Once:
    """The key of the form that was sent, its content, and the draft that it empties."""

    key: str
    body: Mapping[str, object]
    draft: str = ""


def report(enrolment: Enrolment, said: Report, *, once_only: Once, by: Member, at: datetime) -> str:
    """Record an adverse event; return its public id. A patient who left may still have one.

    :raises CannotReport: nothing was written
    """
    with audit.acting("event.reported", by=by):
        body = {"enrolment": enrolment.public_id, **once_only.body}
        if before := once.guard(by=by, key=once_only.key, action="event.reported", body=body):
            return before
        locked = (
            Enrolment.objects.select_related("site", "patient")
            .select_for_update(of=("self",))
            .get(pk=enrolment.pk)
        )
        _check(locked, said, by=by, at=at)
        event = _write(locked, said, by=by, at=at)
        if once_only.draft and by.user_id is not None:
            drafts.remove(by.user_id, once_only.draft, at=at)
        audit.record(
            "event.reported",
            event,
            by=by,
            subject=str(locked.public_id),
            serious=event.is_serious,
        )
        once.done(by=by, key=once_only.key, target=event.public_id)
    return str(event.public_id)


def _check(enrolment: Enrolment, said: Report, *, by: Member, at: datetime) -> None:
    today = by.site.local_day(at)
    if enrolment.state == EnrolmentState.CANCELLED:
        raise CannotReport("Cette inclusion a été annulée.")
    for link in (said.visit, said.dispensation):
        if link is not None and link.enrolment_id != enrolment.pk:
            raise CannotReport("Cette page ne concerne pas ce patient.")
    problems = rules.date_problems(
        said.dates,
        today=today,
        born_in=enrolment.patient.birth_year,
        died_on=enrolment.ended_on if enrolment.end_reason == EndReason.DEATH else None,
    )
    for field, problem in problems.items():
        raise CannotReport(problem, field)
    if problem := rules.gravity_problem(said.seriousness, said.outcome):
        raise CannotReport(problem, "seriousness")
    _check_terms(said)
    _check_suspects(enrolment, said)


def _check_terms(said: Report) -> None:
    if not said.terms or any(term not in terms.BY_CODE for term in said.terms):
        raise CannotReport("Choisissez au moins un effet de la liste.", "terms")
    if terms.OTHER in said.terms and not said.other_words:
        raise CannotReport("Décrivez l’effet en quelques mots.", "other_words")


def _check_suspects(enrolment: Enrolment, said: Report) -> None:
    if not said.suspects:
        raise CannotReport("Indiquez le médicament suspect.", "suspects")
    if any(one.product.programme_id != enrolment.programme_id for one in said.suspects):
        raise CannotReport("Ce médicament n’est pas de ce programme.", "other_product")


def _write(enrolment: Enrolment, said: Report, *, by: Member, at: datetime) -> AdverseEvent:
    key = keys.open_key(enrolment.key_id)
    event = AdverseEvent(
        enrolment=enrolment,
        reported_by=by,
        visit=said.visit,
        dispensation=said.dispensation,
        occurred_on=said.dates.occurred_on,
        ended_on=said.dates.ended_on,
        known_on=said.dates.known_on,
        seriousness=list(said.seriousness),
        is_serious=rules.is_serious(said.seriousness),
        severity=said.severity,
        outcome=said.outcome,
        situations=list(said.situations),
        recorded_at=at,
    )
    event.narrative_sealed = seal(key, event, "narrative", said.narrative)
    event.save()
    _write_terms(event, said, other=seal(key, event, terms.OTHER, said.other_words))
    return event


def _write_terms(event: AdverseEvent, said: Report, *, other: bytes | None) -> None:
    """The effects and the suspects; `other`: the sealed words of «Autre»."""
    Reaction.objects.bulk_create(
        Reaction(event=event, term=term, words_sealed=other if term == terms.OTHER else None)
        for term in dict.fromkeys(said.terms)
    )
    Suspect.objects.bulk_create(
        Suspect(
            event=event,
            product=one.product,
            thc_mg_per_day=one.thc_mg_per_day,
            cbd_mg_per_day=one.cbd_mg_per_day,
            batch=one.batch,
            started_on=one.started_on,
            action_taken=said.action_taken,
        )
        for one in said.suspects
    )


@dataclass(frozen=True)
class Declared:
    """What the reporter says of a declaration: to whom, when, under which number."""

    network: Network
    declared_on: date
    reference: str = ""


def declare(event: AdverseEvent, said: Declared, *, by: Member, at: datetime) -> Declaration:
    """Record that an event was declared to a network, on the national portal or elsewhere.

    :raises CannotDeclare: already recorded, or a date that cannot be
    """
    if said.declared_on > by.site.local_day(at):
        raise CannotDeclare("Cette date est à venir.", "declared_on")
    if said.declared_on < event.occurred_on:
        raise CannotDeclare("La déclaration ne peut pas précéder l’effet.", "declared_on")
    subject = str(event.enrolment.public_id)
    try:
        with audit.acting("event.declared", by=by):
            declaration = Declaration.objects.create(
                event=event, **asdict(said), recorded_by=by, recorded_at=at
            )
            audit.record(
                "event.declared", event, by=by, subject=subject, network=said.network.value
            )
    except IntegrityError as error:
        if violated_constraint(error) != "vigilance_declared_once_a_network":
            raise
        message = f"Une déclaration est déjà enregistrée\u202f: {said.network.label}."
        raise CannotDeclare(message, "network") from error
    return declaration
