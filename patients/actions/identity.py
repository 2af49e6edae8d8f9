"""Correcting who a patient is, after the inclusion: why, and with which consequences."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError

from accounts.models import Member
from core import audit
from core.db import violated_constraint
from patients import duplicates, identity
from patients.actions.duplicates import Said, note_alike, note_pair
from patients.actions.locks import lock_enrolment
from patients.enums import CorrectionReason, Likeness
from patients.identity import Person
from patients.likeness import Score
from patients.models import Enrolment, IdentityIndex, Patient


# Two records with the same five traits.
_SAME = Score(100, (Likeness.SAME_NAME, Likeness.SAME_DATE, Likeness.SAME_FIRST_NAME))
_KNOWN = (
    "Une autre personne du registre a exactement cet état civil. Rien n’est changé : la paire est "
    "signalée parmi les doublons possibles."
)


class CannotCorrect(Exception):
    """The message is in French and may be shown."""


@dataclass(frozen=True)
class Correction:
    person: Person
    reason: CorrectionReason


def correct_identity(
    enrolment: Enrolment, correction: Correction, *, by: Member, at: datetime
) -> list[str]:
    """Replace the identity; return the names of what changed. The old one stays in the journal,
    sealed under the patient's key.

    :raises CannotCorrect: erased, or the civil status of another patient; nothing is changed
    """
    if (other := _namesake(enrolment.patient, correction.person)) is not None:
        _note_same(enrolment, other, by=by, at=at)
        raise CannotCorrect(_KNOWN)
    try:
        return _correct(enrolment, correction, by=by, at=at)
    except IntegrityError as error:
        if violated_constraint(error) != "patients_person_known_once":
            raise
        raise CannotCorrect(_KNOWN) from error


def _correct(
    enrolment: Enrolment, correction: Correction, *, by: Member, at: datetime
) -> list[str]:
    with audit.acting("identity.corrected", by=by):
        locked = lock_enrolment(enrolment)
        patient = locked.patient
        before = identity.open_one(patient)
        if before is None:
            raise CannotCorrect("L’identité de ce patient est effacée.")
        changed = _changed(before, correction.person)
        if not changed:
            return []
        trace = identity.replace_all(patient, correction.person)
        note_alike(patient, correction.person, Said(), by=by, at=at)
        audit.record(
            "identity.corrected",
            patient,
            by=by,
            subject=str(locked.public_id),
            fields=changed,
            reason=correction.reason,
            **trace,
        )
    return changed


def _changed(before: Person, after: Person) -> list[str]:
    old, new = asdict(before), asdict(after)
    return sorted(name for name in old if old[name] != new[name])


def _namesake(patient: Patient, person: Person) -> Patient | None:
    """Another patient with the five traits that are typed, when they change."""
    index = identity.person_index(person)
    rows = IdentityIndex.objects.filter(person=index).select_related("patient")
    if rows.filter(patient=patient).exists():
        return None
    found = rows.order_by("homonym_no").first()
    return found.patient if found else None


def _note_same(enrolment: Enrolment, other: Patient, *, by: Member, at: datetime) -> None:
    last = Enrolment.objects.filter(patient=other).order_by("-included_on", "-pk").first()
    if last is None:
        return
    with audit.acting("duplicate.noted", by=by):
        candidate = duplicates.Candidate(other, _SAME, last, None)
        pair = note_pair(enrolment.patient, candidate, by=by, at=at)
        audit.record("duplicate.noted", pair, by=by)
