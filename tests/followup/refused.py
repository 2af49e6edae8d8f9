"""What the database refuses of visits."""

import uuid
from datetime import UTC, date, datetime

from django.db import connection

from followup.enums import Decision, Timing
from followup.models import Attempt, DigestChoice, ReminderChoice
from tests.accounts.factories import MemberFactory
from tests.followup.factories import (
    AnswersFactory,
    AttemptFactory,
    DismissalFactory,
    FeedFactory,
    LetterFactory,
    LetterReadingFactory,
    PatientLinkFactory,
    PreparationFactory,
    ReminderChoiceFactory,
    ReminderFactory,
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


def two_links():
    PatientLinkFactory(visit=PatientLinkFactory().visit)


def a_long_link():
    made_at = datetime(2026, 3, 20, tzinfo=UTC)
    PatientLinkFactory(made_at=made_at, expires_at=datetime(2026, 4, 20, tzinfo=UTC))


def an_ended_link_that_says_something():
    at = datetime(2026, 3, 21, tzinfo=UTC)
    PatientLinkFactory(ended_at=at, end="REVOKED", typed_sealed=b"typed")


def searched_twice():
    search = SearchFactory()
    SearchFactory(enrolment=search.enrolment)


def reminded_twice():
    reminder = ReminderFactory()
    ReminderFactory(visit=reminder.visit)


def two_feeds():
    feed = FeedFactory()
    FeedFactory(member=feed.member)


def dismissed_twice():
    dismissal = DismissalFactory()
    DismissalFactory(visit=dismissal.visit)


def changed(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


REFUSED = {
    "followup_dismissed_once": dismissed_twice,
    "followup_dismissal_known": lambda: DismissalFactory(piece="CAKE"),
    "followup_dismissal_is_frozen": lambda: changed(DismissalFactory(), reason="LATER"),
    "followup_dismissal_never_deleted": lambda: delete_as_owner(DismissalFactory()),
    "followup_letter_is_frozen": lambda: changed(LetterFactory(), paper=uuid.uuid4()),
    "followup_letter_never_deleted": lambda: delete_as_owner(LetterFactory()),
    "followup_reading_is_frozen": lambda: changed(
        LetterReadingFactory(), read_at=datetime(2026, 4, 4, 9, tzinfo=UTC)
    ),
    "followup_reading_never_deleted": lambda: delete_as_owner(LetterReadingFactory()),
    "followup_one_patient_link": two_links,
    "followup_patient_link_expires": a_long_link,
    "followup_ended_link_is_empty": an_ended_link_that_says_something,
    "followup_one_unplanned_preparation": prepared_twice,
    "followup_visit_status_known": lambda: VisitFactory(status="LATER"),
    "followup_visit_kind_known": lambda: VisitFactory(kind="LONG", definition=None),
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
    "followup_rhythm_known": lambda: DigestChoice.objects.create(
        member=MemberFactory(), rhythm="HOURLY"
    ),
    "followup_reminder_channel_known": lambda: ReminderChoiceFactory(channel="FAX"),
    "followup_reminder_days_offered": lambda: ReminderChoiceFactory(days_before=4),
    "followup_reminder_days_after_offered": lambda: ReminderChoiceFactory(days_after=2),
    "followup_reminder_moment_known": lambda: ReminderFactory(moment="DURING"),
    "followup_reminder_choice_is_frozen": lambda: ReminderChoice.objects.filter(
        pk=ReminderChoiceFactory().pk
    ).update(channel="NONE"),
    "followup_reminder_choice_never_deleted": lambda: delete_as_owner(ReminderChoiceFactory()),
    "followup_reminded_once": reminded_twice,
    "followup_reminder_state_known": lambda: ReminderFactory(state="LATER"),
    "followup_reminder_has_channel": lambda: ReminderFactory(channel="NONE"),
    "followup_reminder_settled_has_instant": lambda: ReminderFactory(state="SENT"),
    "followup_feed_digest": lambda: FeedFactory(digest=b"short"),
    "followup_one_feed_open": two_feeds,
    "visit_never_deleted": lambda: delete_as_owner(VisitFactory()),
    "answers_never_deleted": lambda: delete_as_owner(AnswersFactory()),
}
