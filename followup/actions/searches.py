"""A patient whom nobody has seen: attempts to reach them, and how the search ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Member
from core import audit
from followup.actions.checks import locked_enrolment
from followup.enums import Answered, Means, Outcome
from followup.models import Attempt, Search
from patients.enums import EndReason
from patients.models import Enrolment


class CannotSearch(Exception):
    """The message is in French and may be shown beside the field it names."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Tried:
    """One attempt, as it is told."""

    attempted_on: date
    means: Means
    answered: Answered


def record_attempt(enrolment: Enrolment, tried: Tried, *, by: Member, at: datetime) -> Attempt:
    """Write an attempt; the first one opens the search.

    :raises CannotSearch: nothing was written
    """
    with audit.acting("search.attempt", by=by):
        locked = locked_enrolment(enrolment.pk)
        _check(locked, tried, by.site.local_day(at))
        search = Search.objects.under_way().filter(enrolment=locked).first()
        if search is None:
            search = Search.objects.create(enrolment=locked, opened_at=at, opened_by=by)
        attempt = Attempt.objects.create(
            search=search,
            attempted_on=tried.attempted_on,
            means=tried.means,
            answered=tried.answered,
            recorded_at=at,
            recorded_by=by,
        )
        audit.record("search.attempt", search, by=by, subject=str(locked.public_id))
    return attempt


def _check(enrolment: Enrolment, tried: Tried, today: date) -> None:
    if not enrolment.is_live:
        raise CannotSearch("Ce patient n’est plus suivi.")
    if tried.attempted_on > today:
        raise CannotSearch("Une tentative à venir ne s’enregistre pas.", "attempted_on")
    if tried.attempted_on < enrolment.included_on:
        raise CannotSearch(
            f"Le patient a été inclus le {enrolment.included_on:%d/%m/%Y}.", "attempted_on"
        )


def find(enrolment: Enrolment, *, by: Member, at: datetime) -> None:
    """Say that the patient was found again: the follow-up goes on.

    :raises CannotSearch: nobody is looking for this patient; nothing was written
    """
    with audit.acting("search.found", by=by):
        locked = locked_enrolment(enrolment.pk)
        if not end(locked, Outcome.FOUND, by=by, at=at):
            raise CannotSearch("Aucune recherche n’est en cours pour ce patient.")


def end(enrolment: Enrolment, outcome: Outcome, *, by: Member, at: datetime) -> bool:
    """End the search under way, if there is one, inside the act that ends it."""
    search = Search.objects.under_way().filter(enrolment=enrolment.pk).first()
    if search is None:
        return False
    search.closed_at, search.closed_by, search.outcome = at, by, outcome
    search.save(update_fields=["closed_at", "closed_by", "outcome"])
    subject = str(enrolment.public_id)
    audit.record("search.ended", search, by=by, subject=subject, outcome=outcome.value)
    return True


def end_with_exit(enrolments: Sequence[Enrolment], by: Member, at: datetime) -> None:
    """The patients left: `patients.actions.ON_ENDED`."""
    searched = Search.objects.under_way().filter(enrolment__in=enrolments)
    sought = set(searched.values_list("enrolment", flat=True))
    for enrolment in enrolments:
        if enrolment.pk in sought:
            lost = enrolment.end_reason == EndReason.LOST_TO_FOLLOWUP
            end(enrolment, Outcome.LOST if lost else Outcome.LEFT, by=by, at=at)
