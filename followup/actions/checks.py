"""What a doctor says of a visit, and whether it may be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import Member
from core import keys
from followup import items, missing, questionnaires, rules
from followup.enums import Decision, DoubtReason, Timing
from followup.models import Answers, Visit
from followup.questionnaires import Part
from patients.enums import ConsentKind, EnrolmentState
from patients.models import Consent, Enrolment
from programmes.models import Accreditation


class CannotHold(Exception):
    """The message is in French and may be shown to the doctor; `field` tells where.

    `answers`: what is wrong, by questionnaire code and item code.
    """

    def __init__(
        self,
        message: str,
        field: str = "",
        answers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.answers = answers or {}


@dataclass(frozen=True)
class Held:
    """What the doctor says of a visit."""

    held_on: date
    mode: str
    decision: str
    stop_reason: str = ""
    timing_reason: str = ""
    next_on: date | None = None
    comment: str = ""
    # Questionnaire code → item code → value.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # Questionnaire code → item code → why an unusual answer stands, a code of `DoubtReason`.
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Once:
    """The key of the form that was sent, its content, and the draft that it empties."""

    key: str
    body: Mapping[str, object]
    draft: str = ""
    begun_at: datetime | None = None
    # Names of the fields taken over from what the patient answered.
    accepted: tuple[str, ...] = ()


def locked_enrolment(enrolment_id: int) -> Enrolment:
    enrolments = Enrolment.objects.select_related("site", "programme", "patient")
    return enrolments.select_for_update(of=("self",)).get(pk=enrolment_id)


def locked_visit(visit_id: int) -> Visit:
    """With its definition, which says who may hold it."""
    rows = Visit.objects.select_related("definition").select_for_update(of=("self",))
    return rows.get(pk=visit_id)


def check_right(visit: Visit, by: Member, today: date) -> None:
    enrolment = visit.enrolment
    theirs = {
        Role.REFERENCE_DOCTOR: enrolment.site_id == by.site_id,
        Role.RELAY_DOCTOR: enrolment.relay_doctor_id == by.stands_for_id,
    }
    if not theirs.get(Role(by.role), False):
        raise CannotHold("Ce patient n’est pas suivi par vous.")
    if by.role not in visit.holders:
        raise CannotHold(
            "Cette consultation est tenue par un médecin de la structure de référence."
        )
    accredited = (
        Accreditation.objects.in_force(today).of(by).filter(programme=enrolment.programme_id)
    )
    if not accredited.exists():
        raise CannotHold("Votre habilitation à ce programme n’est pas en vigueur.")


def check_dates(visit: Visit, said: Held, today: date) -> None:
    enrolment = visit.enrolment
    if said.held_on > today:
        raise CannotHold("Une consultation à venir ne s’enregistre pas.", "held_on")
    if said.held_on < enrolment.included_on:
        raise CannotHold(
            f"Le patient a été inclus le {enrolment.included_on:%d/%m/%Y}\u202f: "
            "la consultation ne peut pas être antérieure.",
            "held_on",
        )
    if enrolment.state == EnrolmentState.CANCELLED:
        raise CannotHold("Cette inclusion a été annulée.")
    gone = enrolment.state == EnrolmentState.ENDED and enrolment.ended_on
    if gone and said.held_on > gone:
        raise CannotHold(f"Le patient est sorti du programme le {gone:%d/%m/%Y}.", "held_on")
    _check_consent(enrolment, said.held_on)


def _check_consent(enrolment: Enrolment, on: date) -> None:
    """Withdrawn: nothing more is written in the registry. A programme may ask for none."""
    consents = Consent.objects.filter(enrolment=enrolment, kind=ConsentKind.PARTICIPATION)
    withdrawn = consents.filter(withdrawn_on__lte=on).order_by("-withdrawn_on").first()
    if withdrawn and withdrawn.withdrawn_on and not consents.standing(on).exists():
        raise CannotHold(
            "Le patient a retiré son consentement au registre le "
            f"{withdrawn.withdrawn_on:%d/%m/%Y}\u202f: la consultation n’y est plus enregistrée."
        )


def check_decision(visit: Visit, said: Held, today: date) -> None:
    if (said.decision == Decision.STOP) != bool(said.stop_reason):
        raise CannotHold(
            "Indiquez le motif de l’arrêt, et seulement en cas d’arrêt.", "stop_reason"
        )
    if said.next_on and said.next_on <= said.held_on:
        raise CannotHold("La prochaine consultation vient après celle-ci.", "next_on")
    moment = Timing(visit.timing)
    if rules.reason_needed(moment, said.held_on, today) and not said.timing_reason:
        bounds = (visit.opens_on, visit.closes_on)
        raise CannotHold(rules.reason_wanted(moment, bounds), "timing_reason")


def check_answers(parts: list[Part], said: Held) -> None:
    wrong = {
        part.code: items.problems(part.items, said.answers.get(part.code, {}), said.held_on)
        for part in parts
    }
    wrong = {code: problems for code, problems in wrong.items() if problems}
    if unknown := said.answers.keys() - {part.code for part in parts}:
        wrong |= {code: {"": "Questionnaire non demandé à cette date."} for code in unknown}
    if wrong:
        raise CannotHold("Certaines réponses ne sont pas valables.", answers=wrong)


def answers(visit: Visit, part: Part, said: Held, key: keys.DataKey) -> Answers:
    given = items.kept(part.items, said.answers.get(part.code, {}))
    words = items.free_texts(part.items)
    # Why there are no words says nothing of the patient: it is kept, and exported, as any other.
    texts = {
        code: value
        for code, value in given.items()
        if code in words and not missing.is_missing(value)
    }
    why = said.reasons.get(part.code, {})
    return Answers(
        visit=visit,
        version=part.version,
        data={code: value for code, value in given.items() if code not in texts},
        texts_sealed=questionnaires.seal_texts(key, visit, part.code, texts),
        reasons={code: DoubtReason(why[code]).value for code in given if code in why},
    )
