"""Who is entitled by their training on a given day. Dates come in, an answer goes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.months import add_months
from training.enums import ProofKind


# First day on which one may attest on one's honour instead of passing a test.
# Décret 2023-202 of 25 March 2023; ANSM, 27 March 2023.
SELF_ATTESTATION_FROM = date(2023, 3, 27)


@dataclass(frozen=True)
class Proof:
    """A course completed, and what its version asked.

    :param valid_to: last day on which that version could be completed; None while it still can
    :param lasts_months: how long a proof lasts; None: without end
    """

    kind: ProofKind
    completed_on: date
    valid_from: date
    valid_to: date | None = None
    lasts_months: int | None = None


def is_accepted(kind: ProofKind, on: date) -> bool:
    """Whether this kind of proof could be given on that day."""
    return kind != ProofKind.SELF_ATTESTATION or on >= SELF_ATTESTATION_FROM


def is_in_course(completed_on: date, *, valid_from: date, valid_to: date | None) -> bool:
    """Whether the version could be completed that day, both bounds included."""
    return valid_from <= completed_on and (valid_to is None or completed_on <= valid_to)


def last_day(proof: Proof) -> date | None:
    """The last day the proof is good, whole; None when it has no end.

    The same day of the month, so many months later: a proof of 31 January for one month is good
    until 28 February included. No text sets a duration: ADR 0012.
    """
    if proof.lasts_months is None:
        return None
    return add_months(proof.completed_on, proof.lasts_months)


def counts(proof: Proof, on: date) -> bool:
    """Whether the proof opens the registry on that day, in the person's own time zone.

    A proof of an earlier version stays good when a later version begins.
    """
    end = last_day(proof)
    return (
        is_accepted(proof.kind, proof.completed_on)
        and is_in_course(proof.completed_on, valid_from=proof.valid_from, valid_to=proof.valid_to)
        and proof.completed_on <= on
        and (end is None or on <= end)
    )


def entitled(proofs: Iterable[Proof], on: date) -> bool:
    """Whether one proof at least counts that day."""
    return any(counts(proof, on) for proof in proofs)


@dataclass(frozen=True)
class Question:
    """A question of a test: the answer is right when exactly the right choices were made.

    :param choices: code and words of each
    :param right: codes of the choices that are right: several, or one
    """

    code: str
    text: str
    choices: tuple[tuple[str, str], ...]
    right: frozenset[str]
    explanation: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Question":
        """The question as the data of the course write it."""
        return cls(
            code=row["code"],
            text=row["text"],
            choices=tuple((one["code"], one["text"]) for one in row["choices"]),
            right=frozenset(row["right"]),
            explanation=row.get("explanation", ""),
        )

    @property
    def has_several(self) -> bool:
        return len(self.right) > 1

    def is_right(self, chosen: Iterable[str]) -> bool:
        return frozenset(chosen) == self.right


def count_right(questions: Iterable[Question], answers: Mapping[str, Iterable[str]]) -> int:
    """How many questions were answered right; one left out is wrong."""
    return sum(one.is_right(answers.get(one.code, ())) for one in questions)


def is_passed(right: int, asked: int, threshold_percent: int) -> bool:
    """Whether the share of right answers reaches the threshold, which is included.

    The official pass mark was not found (domain.md 14): the threshold is data, ADR 0100.
    """
    return asked > 0 and 100 * right >= threshold_percent * asked


def has_room(people: int, limit: int | None) -> bool:
    """Whether one more person of an officine may complete the course.

    ANSM, 23 November 2021: several pharmacists of one officine may be trained from then on.
    """
    return limit is None or people < limit
