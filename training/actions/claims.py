"""Every proof of training is written here."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.enums import Profession
from accounts.models import Member
from core import audit
from programmes.models import Programme
from training import rules
from training.actions import proofs
from training.enums import ProofKind, Way
from training.models import Completion, Course


LEARNERS = frozenset({Profession.DOCTOR, Profession.PHARMACIST})


OTHER_PROOF = {
    ProofKind.TEST: (
        "À cette date la formation se terminait par un test\u202f: l’attestation sur l’honneur "
        "ne l’a remplacé que le 27/03/2023."
    ),
    ProofKind.SELF_ATTESTATION: (
        "À cette date la formation se prouve par une attestation sur l’honneur\u202f: le test "
        "a été supprimé le 27/03/2023."
    ),
}


class CannotRecord(Exception):
    """The message is in French and may be shown beside the field it names."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Claim:
    """What a professional declares of their training.

    :param reference: number printed on the platform's certificate, for a test
    :param attested: whether they ticked that they followed it, for a self-attestation
    """

    programme: Programme
    completed_on: date
    kind: ProofKind
    reference: str = ""
    attested: bool = False


def record(claim: Claim, *, by: Member, at: datetime, today: date) -> Completion:
    """Record that the member completed the course of that day; the version follows the date.

    :raises CannotRecord: nothing is written, except the refusal in the journal
    """
    try:
        course = _course(claim, by, today)
        _check_proof(claim, course)
        return _write(claim, course, by, at)
    except CannotRecord as refusal:
        audit.record("training.refused", by=by, field=refusal.field, on=claim.completed_on)
        raise


def _course(claim: Claim, by: Member, today: date) -> Course:
    """The version that could be completed that day by that profession."""
    if by.user.profession not in LEARNERS:
        raise CannotRecord("completed_on", "Cette formation s’adresse aux médecins et pharmaciens.")
    if claim.completed_on > today:
        raise CannotRecord("completed_on", "Cette date est à venir.")
    courses = Course.objects.filter(programme=claim.programme, profession=by.user.profession)
    course = courses.completed_on(claim.completed_on).order_by("-valid_from", "-pk").first()
    if course is not None:
        return course
    first = courses.order_by("valid_from", "pk").first()
    if first is not None and claim.completed_on < first.valid_from:
        day = f"{first.valid_from:%d/%m/%Y}"
        raise CannotRecord("completed_on", f"La formation n’existait pas avant le {day}.")
    raise CannotRecord("completed_on", "Aucune formation ne pouvait être suivie à cette date.")


def _check_proof(claim: Claim, course: Course) -> None:
    """The proof is the one that the version of that day asks for, and it is there."""
    kind = ProofKind(course.proof_kind)
    if not rules.is_accepted(kind, claim.completed_on):
        day = f"{rules.SELF_ATTESTATION_FROM:%d/%m/%Y}"
        raise CannotRecord(
            "completed_on", f"L’attestation sur l’honneur n’est admise que depuis le {day}."
        )
    if claim.kind != kind:
        raise CannotRecord("kind", OTHER_PROOF[kind])
    if kind == ProofKind.TEST and not claim.reference:
        raise CannotRecord(
            "reference", "Saisissez le numéro de l’attestation délivrée par la plateforme."
        )
    if kind == ProofKind.SELF_ATTESTATION and not claim.attested:
        raise CannotRecord("attested", "Cochez la case si vous avez suivi la formation.")


def _write(claim: Claim, course: Course, by: Member, at: datetime) -> Completion:
    """A test keeps its number; an attestation on one's honour keeps its words."""
    proven = proofs.Proven(
        by.user, course, claim.completed_on, Way.DECLARED, reference=claim.reference
    )
    try:
        with audit.acting("training.completed", by=by):
            return proofs.write(proven, by=by, at=at)
    except proofs.AlreadyCompleted as error:
        raise CannotRecord(
            "completed_on", "Votre attestation pour cette version de la formation existe déjà."
        ) from error
    except proofs.NoRoom as error:
        raise CannotRecord("completed_on", str(error)) from error
