"""Participations as they are written: one that was just decided, or those of an older register."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Member
from core import audit, keys
from core.identifiers import draw_code
from core.keys import DataKey
from patients import duplicates, gates, identity, rules, texts
from patients.actions import consent
from patients.actions.duplicates import Said, alike, note_homonym, note_pairs
from patients.enums import EnrolmentState as State
from patients.inclusion import Answered, Inclusion, Left
from patients.models import (
    Derogation,
    EligibilityAnswer,
    Enrolment,
    IdentityIndex,
    Patient,
    PriorTreatment,
)


class CannotInclude(Exception):
    """The message is in French and may be shown. `refusals` name the steps to put right."""

    def __init__(self, refusals: list[gates.Refusal]) -> None:
        self.refusals = refusals
        super().__init__(" ".join(refusal.message for refusal in refusals))


class AlreadyFollowed(CannotInclude):
    """The same person already takes part. Tells whom to call, nothing clinical."""

    def __init__(self, enrolment: Enrolment, *, by: Member) -> None:
        goes_on = "participe déjà" if enrolment.is_live else "participait encore ce jour-là"
        message = (
            f"Une personne de mêmes nom, prénoms, date, sexe et lieu de naissance {goes_on} "
            f"à ce programme. {_whom_to_call(enrolment, by)} Si c’est une autre personne "
            "(un homonyme), dites pourquoi au bas de cette page."
        )
        super().__init__([gates.Refusal("identite", message)])
        self.enrolment = enrolment


def _whom_to_call(enrolment: Enrolment, by: Member) -> str:
    site = enrolment.site
    if site.pk == by.site_id:
        return f"C’est un dossier de votre structure, numéro {enrolment.number}."
    phone = f" ({site.phone})" if site.phone else ""
    return f"Appelez {site.name}, {site.town}{phone}."


@dataclass(frozen=True)
class Whole:
    """An inclusion, and the keys that were made for it; the first serves somebody new only."""

    inclusion: Inclusion
    patient_key: UUID
    enrolment_key: UUID


def write(wholes: Sequence[Whole], *, by: Member, at: datetime) -> list[Enrolment]:
    """The participations, their consents and their eligibility, inside the act that decided them.

    In their order. No two have the same five traits: who comes back, and a namesake to the last
    trait, is written after the first one.

    :raises AlreadyFollowed: the same person takes part already
    """
    opened = keys.open_keys(id_ for one in wholes for id_ in (one.patient_key, one.enrolment_key))
    patients = _patients(wholes, opened, by, at)
    enrolments = [
        _enrolment(one, patient, _previous(patient, is_new, one.inclusion, by), by, at)
        for one, (patient, is_new) in zip(wholes, patients, strict=True)
    ]
    Enrolment.objects.bulk_create(enrolments)
    included = list(zip(enrolments, (one.inclusion for one in wholes), strict=True))
    consent.write_first(
        ((enrolment, one.information, one.person) for enrolment, one in included),
        opened,
        by=by,
        at=at,
    )
    _write_eligibility(included, opened)
    return enrolments


# --- Who -------------------------------------------------------------------------------------


def _patients(
    wholes: Sequence[Whole], opened: Mapping[UUID, DataKey], by: Member, at: datetime
) -> list[tuple[Patient, bool]]:
    """Of each, the patient this exact person already is, locked; else a new one, and that it is."""
    exact = duplicates.exact_of_each([one.inclusion.person for one in wholes])
    new = [
        (one, known)
        for one, known in zip(wholes, exact, strict=True)
        if known is None or one.inclusion.homonym_reason
    ]
    made = iter(_new_patients(new, opened, by, at))
    return [
        (next(made), True)
        if known is None or one.inclusion.homonym_reason
        else (_known_patient(known, one.inclusion, by), False)
        for one, known in zip(wholes, exact, strict=True)
    ]


def _known_patient(known: IdentityIndex, inclusion: Inclusion, by: Member) -> Patient:
    pk = known.patient.merged_into_id or known.patient_id
    locked = Patient.objects.select_for_update(of=("self",))
    patient = locked.select_related("identity").get(pk=pk)
    before = identity.open_one(patient)
    if before is not None and (after := identity.completed(before, inclusion.person)) != before:
        audit.record("identity.completed", patient, by=by, **identity.rewrite(patient, after))
    return patient


def _new_patients(
    new: Sequence[tuple[Whole, IdentityIndex | None]],
    opened: Mapping[UUID, DataKey],
    by: Member,
    at: datetime,
) -> list[Patient]:
    """Persons who are new; namesakes to the last trait when somebody known is given."""
    people = [one.inclusion.person for one, _ in new]
    patients = Patient.objects.bulk_create(
        Patient(birth_year=who.birth_date.year, sex=who.sex, key_id=one.patient_key)
        for who, (one, _) in zip(people, new, strict=True)
    )
    numbers = [
        identity.next_homonym(who) if known else 0
        for who, (_, known) in zip(people, new, strict=True)
    ]
    identity.write_each(zip(patients, people, numbers, strict=True), opened)
    for patient, (one, known) in zip(patients, new, strict=True):
        if known is not None:
            note_homonym(patient, known.patient, one.inclusion.homonym_reason, by=by, at=at)
    noted = [
        pair
        for patient, who, (one, _) in zip(patients, people, new, strict=True)
        for pair in alike(patient, who, _said(one.inclusion), by=by)
    ]
    note_pairs(noted, by=by, at=at)
    return patients


def _said(inclusion: Inclusion) -> Said:
    return Said(inclusion.different, inclusion.alike)


def _previous(patient: Patient, is_new: bool, inclusion: Inclusion, by: Member) -> Enrolment | None:
    """The participation of the patient in the programme that came before this one.

    :raises AlreadyFollowed: another shares a day with this one
    """
    if is_new:
        return None
    since = inclusion.information.included_on
    whole = Q(patient=patient) | Q(patient__merged_into=patient)
    others = Enrolment.objects.filter(whole, programme=inclusion.programme)
    shared = others.overlapping(since, inclusion.until).select_related("site")
    if (found := shared.order_by("-included_on", "-pk").first()) is not None:
        raise AlreadyFollowed(found, by=by)
    before = others.filter(included_on__lte=since, state=State.ENDED, merged_into=None)
    return before.order_by("-included_on", "-pk").first()


# --- What ------------------------------------------------------------------------------------


def _enrolment(
    whole: Whole, patient: Patient, previous: Enrolment | None, by: Member, at: datetime
) -> Enrolment:
    inclusion = whole.inclusion
    told, found = inclusion.information, inclusion.eligibility
    return Enrolment(
        number=draw_code(secrets.choice),
        patient=patient,
        programme=inclusion.programme,
        indication=found.indication,
        subtype=found.subtype,
        site=by.site,
        relay_doctor=inclusion.relay_doctor,
        pharmacy=inclusion.pharmacy,
        included_on=told.included_on,
        included_by=inclusion.doctor or by,
        recorded_at=at,
        late_reason=told.late_reason,
        previous=previous,
        key_id=whole.enrolment_key,
        **_out(inclusion.left, at),
    )


def _out(left: Left | None, at: datetime) -> dict[str, Any]:
    """What is written of somebody who left already."""
    if left is None:
        return {}
    return {
        "state": State.ENDED,
        "ended_on": left.on,
        "end_reason": left.reason,
        "end_recorded_at": at,
    }


def _write_eligibility(
    included: Sequence[tuple[Enrolment, Inclusion]], opened: Mapping[UUID, DataKey]
) -> None:
    answers = [
        (enrolment, one)
        for enrolment, inclusion in included
        for one in inclusion.eligibility.answers
    ]
    EligibilityAnswer.objects.bulk_create(
        EligibilityAnswer(
            enrolment=enrolment, criterion=one.criterion, answer=one.answer, dated_on=one.dated_on
        )
        for enrolment, one in answers
    )
    _write_derogations(answers, opened)
    PriorTreatment.objects.bulk_create(
        PriorTreatment(
            enrolment=enrolment,
            drug_sealed=texts.seal_under(opened[enrolment.key_id], texts.DRUG, one.drug),
            outcome=one.outcome,
            plan=one.plan,
        )
        for enrolment, inclusion in included
        for one in inclusion.eligibility.treatments
    )


def _write_derogations(
    answers: Iterable[tuple[Enrolment, Answered]], opened: Mapping[UUID, DataKey]
) -> None:
    Derogation.objects.bulk_create(
        Derogation(
            enrolment=enrolment,
            criterion=one.criterion,
            reason_sealed=texts.seal_under(
                opened[enrolment.key_id], texts.DEROGATION, one.derogation
            ),
            granted_by=enrolment.included_by,
            granted_at=enrolment.recorded_at,
        )
        for enrolment, one in answers
        if one.reply.derogation and rules.is_against(one.reply)
    )
