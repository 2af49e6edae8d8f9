"""What is said of two patients who look alike: kept for review, or two persons for good."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Member
from core import audit, keys
from patients import duplicates, likeness
from patients.enums import DuplicateState as State
from patients.enums import Likeness
from patients.identity import Person
from patients.models import Patient, PossibleDuplicate


class CannotDecide(Exception):
    """The message is in French and may be shown."""


@dataclass(frozen=True)
class Said:
    """What was ticked before recording: patients it is not.

    :param alike: who looks alike, when it was searched already
    """

    different: Collection[UUID] = ()
    alike: Sequence[duplicates.Candidate] | None = None


def reason_aad(pair: PossibleDuplicate) -> str:
    return f"patients.PossibleDuplicate.reason {pair.public_id}"


def note_alike(patient: Patient, person: Person, said: Said, *, by: Member, at: datetime) -> None:
    """Keep who looks like this patient: whom it was said not to be, and whom to look at again.

    Inside the act that writes the identity.
    """
    alike = said.alike
    if alike is None:
        known = {patient.pk, *duplicates.said_different(patient)}
        alike = duplicates.candidates(person, by=by, besides=known)
    for candidate in alike:
        is_different = candidate.patient.public_id in said.different
        if is_different or candidate.score.points >= likeness.KEPT_FROM:
            state = State.DIFFERENT if is_different else State.OPEN
            note_pair(patient, candidate, state, by=by, at=at)


def note_pair(
    patient: Patient, candidate: duplicates.Candidate, state: State, *, by: Member, at: datetime
) -> PossibleDuplicate:
    """Write the pair, or what is known of it now; what was decided already stays."""
    first, second = duplicates.pair_of(patient, candidate.patient)
    score = {"score": candidate.score.points, "reasons": list(candidate.score.reasons)}
    decided = {"decided_at": at, "decided_by": by} if state == State.DIFFERENT else {}
    pair, is_new = PossibleDuplicate.objects.get_or_create(
        first=first,
        second=second,
        defaults={"state": state, "noted_at": at, "noted_by": by, **score, **decided},
    )
    if not is_new and pair.state == State.OPEN:
        PossibleDuplicate.objects.filter(pk=pair.pk).update(state=state, **score, **decided)
    return pair


def note_homonym(
    patient: Patient, other: Patient, reason: str, *, by: Member, at: datetime
) -> None:
    """Two persons with the same five traits: somebody else looks at it again."""
    first, second = duplicates.pair_of(patient, other)
    pair = PossibleDuplicate(
        first=first,
        second=second,
        score=100,
        reasons=[Likeness.SAME_NAME, Likeness.SAME_DATE],
        state=State.OPEN,
        noted_at=at,
        noted_by=by,
    )
    pair.reason_sealed = keys.seal(second.key_id, reason.encode(), aad=reason_aad(pair))
    pair.save(force_insert=True)
    audit.record("identity.homonym", patient, by=by, other=str(other.public_id))


def tell_apart(pair: PossibleDuplicate, *, reason: str, by: Member, at: datetime) -> None:
    """Two persons, for good: they are never compared again.

    :raises CannotDecide: decided meanwhile; nothing is written
    """
    with audit.acting("duplicate.told_apart", by=by):
        locked = lock_pair(pair)
        locked.state, locked.decided_at, locked.decided_by = State.DIFFERENT, at, by
        locked.reason_sealed = keys.seal(
            locked.second.key_id, reason.encode(), aad=reason_aad(locked)
        )
        locked.save(update_fields=["state", "decided_at", "decided_by", "reason_sealed"])
        audit.record("duplicate.told_apart", locked, by=by)


def lock_pair(pair: PossibleDuplicate) -> PossibleDuplicate:
    """Both patients in the order of their ids, then the pair.

    :raises CannotDecide: decided meanwhile
    """
    patients = Patient.objects.filter(pk__in=[pair.first_id, pair.second_id])
    list(patients.select_for_update(of=("self",)).order_by("pk"))
    rows = PossibleDuplicate.objects.select_for_update(of=("self",))
    locked = rows.select_related("first", "second").get(pk=pair.pk)
    if locked.state != State.OPEN:
        raise CannotDecide("Ce doublon possible a déjà été examiné.")
    return locked
