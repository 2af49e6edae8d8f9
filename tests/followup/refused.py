"""What the database refuses of visits."""

from datetime import UTC, date, datetime

from django.db import connection

from followup.enums import Decision, Timing
from followup.models import Attempt
from tests.followup.factories import (
    AnswersFactory,
    AttemptFactory,
    PreparationFactory,
    SearchFactory,
    VisitFactory,
)


def delete_as_owner(row):
    """The runtime role has no right to delete: the trigger speaks to the others."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute(f"delete from {row._meta.db_table} where id = %s", [row.pk])


def planned_twice():
    visit = VisitFactory()
    VisitFactory(enrolment=visit.enrolment, definition=visit.definition)


def answered_twice():
    answers = AnswersFactory()
    AnswersFactory(visit=answers.visit, version=answers.version)


def prepared_twice():
    preparation = PreparationFactory()
    PreparationFactory(enrolment=preparation.enrolment)


def searched_twice():
    search = SearchFactory()
    SearchFactory(enrolment=search.enrolment)


REFUSED = {
    "followup_one_unplanned_preparation": prepared_twice,
    "followup_visit_status_known": lambda: VisitFactory(status="LATER"),
    "followup_visit_kind_known": lambda: VisitFactory(kind="LONG"),
    "followup_visit_planned_once": planned_twice,
    "followup_window_holds_the_date": lambda: VisitFactory(opens_on=date(2026, 4, 3)),
    "followup_done_says_when_and_what": lambda: VisitFactory(done=True, decision=""),
    "followup_stop_has_reason": lambda: VisitFactory(done=True, decision=Decision.STOP),
    "followup_outside_window_has_reason": lambda: VisitFactory(done=True, timing=Timing.LATE),
    "followup_entry_time_plausible": lambda: VisitFactory(done=True, entry_seconds=3601),
    "followup_correction_has_reason": lambda: VisitFactory(
        done=True, corrected_at=datetime(2026, 4, 3, 10, tzinfo=UTC)
    ),
    "followup_answered_once_a_version": answered_twice,
    "followup_one_search_at_a_time": searched_twice,
    "followup_search_ends_with_outcome": lambda: SearchFactory(outcome="FOUND"),
    "followup_search_never_deleted": lambda: delete_as_owner(SearchFactory()),
    "followup_attempt_means_known": lambda: AttemptFactory(means="PIGEON"),
    "followup_attempt_answer_known": lambda: AttemptFactory(answered="MAYBE"),
    "followup_attempt_is_frozen": lambda: Attempt.objects.filter(pk=AttemptFactory().pk).update(
        answered="REACHED"
    ),
    "followup_attempt_never_deleted": lambda: delete_as_owner(AttemptFactory()),
    "visit_never_deleted": lambda: delete_as_owner(VisitFactory()),
    "answers_never_deleted": lambda: delete_as_owner(AnswersFactory()),
}
