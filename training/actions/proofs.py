"""What every way of completing a course has in common."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError

from accounts.enums import SiteKind
from accounts.models import ImportedFile, Member, User
from core import audit
from core.db import lock, violated_constraint
from training import rules
from training.enums import ProofKind, Way
from training.models import Attempt, Completion, Course


class AlreadyCompleted(Exception):
    """One proof a person and course."""


class NoRoom(Exception):
    """The version let fewer people of one officine complete it. French, fit to be shown."""

    def __init__(self) -> None:
        super().__init__(
            "Dans cette version de la formation, un seul pharmacien par officine pouvait être "
            "formé\u202f; un autre pharmacien de la vôtre l’est déjà."
        )


@dataclass(frozen=True)
class Proven:
    """A proof about to be written: `user` is trained, `by` writes it."""

    user: User
    course: Course
    on: date
    way: Way
    reference: str = ""
    attempt: Attempt | None = None
    imported: ImportedFile | None = None


def write(proven: Proven, *, by: Member, at: datetime) -> Completion:
    """Insert the proof in the open transaction, with the words attested if it attests any.

    :raises AlreadyCompleted, NoRoom: nothing is written
    """
    course = proven.course
    _keep_room(proven)
    attests = course.proof_kind == ProofKind.SELF_ATTESTATION
    try:
        completion = Completion.objects.create(
            user=proven.user,
            course=course,
            completed_on=proven.on,
            way=proven.way,
            reference="" if attests else proven.reference,
            statement=course.statement if attests else "",
            statement_version=course.statement_version if attests else "",
            attempt=proven.attempt,
            imported=proven.imported,
            recorded_at=at,
            recorded_by=by,
        )
    except IntegrityError as error:
        if violated_constraint(error) != "training_completion_once_a_course":
            raise
        raise AlreadyCompleted from error
    audit.record(
        "training.completed", completion, by=by, course=course.version, way=proven.way.value
    )
    return completion


def _keep_room(proven: Proven) -> None:
    """Count those of the same officine, one completion of the course at a time."""
    limit = proven.course.people_a_pharmacy
    if limit is None:
        return
    lock(f"training course {proven.course.pk}")
    sites = proven.user.memberships.filter(
        site__kind=SiteKind.COMMUNITY_PHARMACY, started_on__lte=proven.on
    ).values("site")
    others = Completion.objects.filter(
        course=proven.course, user__memberships__site__in=sites, completed_on__lte=proven.on
    ).exclude(user=proven.user)
    if not rules.has_room(others.values("user").distinct().count(), limit):
        raise NoRoom
