"""What is said of two patients who look alike: kept for review, or two persons for good."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
    note_pairs(alike(patient, person, said, by=by), by=by, at=at)


@dataclass(frozen=True)
class Noted:
    """A patient, who looks alike, and what is said of both."""

    patient: Patient
    candidate: duplicates.Candidate
    state: State = State.OPEN

    @property
    def pair(self) -> tuple[Patient, Patient]:
        return duplicates.pair_of(self.patient, self.candidate.patient)

    @property
    def ids(self) -> tuple[int, int]:
        first, second = self.pair
        return first.pk, second.pk

    def values(self, by: Member, at: datetime) -> dict[str, Any]:
        """What is known of the pair now."""
        score = self.candidate.score
        decided = {"decided_at": at, "decided_by": by} if self.state == State.DIFFERENT else {}
        return {
            "state": self.state,
            "score": score.points,
            "reasons": list(score.reasons),
            **decided,
        }


def alike(patient: Patient, person: Person, said: Said, *, by: Member) -> list[Noted]:
    """Whom this patient was said not to be, and whom to look at again."""
    found = said.alike
    if found is None:
        known = {patient.pk, *duplicates.said_different(patient)}
        found = duplicates.candidates(person, by=by, besides=known)
    noted = []
    for candidate in found:
        is_different = candidate.patient.public_id in said.different
        if is_different or candidate.score.points >= likeness.KEPT_FROM:
            noted.append(Noted(patient, candidate, State.DIFFERENT if is_different else State.OPEN))
    return noted


def note_pairs(noted: Collection[Noted], *, by: Member, at: datetime) -> None:
    """Write the pairs, or what is known of them now; what was decided already stays."""
    if not noted:
        return
    first, second = zip(*(one.ids for one in noted), strict=True)
    rows = PossibleDuplicate.objects.filter(first__in=set(first), second__in=set(second))
    known = {(pair.first_id, pair.second_id): pair for pair in rows}
    PossibleDuplicate.objects.bulk_create(
        [
            PossibleDuplicate(
                first=one.pair[0],
                second=one.pair[1],
                noted_at=at,
                noted_by=by,
                **one.values(by, at),
            )
            for one in noted
            if one.ids not in known
        ],
        ignore_conflicts=True,
    )
    for one in noted:
        pair = known.get(one.ids)
        if pair is not None and pair.state == State.OPEN:
            PossibleDuplicate.objects.filter(pk=pair.pk).update(**one.values(by, at))


def note_pair(
    patient: Patient, candidate: duplicates.Candidate, *, by: Member, at: datetime
) -> PossibleDuplicate:
    """Keep the pair to be looked at again."""
    noted = Noted(patient, candidate)
    note_pairs([noted], by=by, at=at)
    first, second = noted.pair
    return PossibleDuplicate.objects.get(first=first, second=second)


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
