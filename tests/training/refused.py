"""What the database refuses of `training`: one line per constraint."""

import datetime
from collections.abc import Callable

from tests.accounts.refused import deleted
from tests.programmes.factories import ProgrammeFactory
from tests.training.factories import (
    AssessmentFactory,
    AttemptFactory,
    ChapterDoneFactory,
    ChapterFactory,
    CompletionFactory,
    CourseFactory,
)
from training.enums import Way


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


REFUSED: dict[str, Callable[[], object]] = {
    "training_course_version_unique": lambda: twice(CourseFactory, programme=ProgrammeFactory()),
    "training_course_proof_known": lambda: CourseFactory(proof_kind="RUMOUR"),
    "training_course_dates_ordered": lambda: CourseFactory(
        valid_from=datetime.date(2021, 3, 2), valid_to=datetime.date(2021, 3, 1)
    ),
    "training_completion_once_a_course": lambda: twice_by_one_person(),
    "training_completion_way_known": lambda: CompletionFactory(way="RUMOUR"),
    "training_completion_passed_by_an_attempt": lambda: CompletionFactory(way=Way.PASSED),
    "training_completion_attests_words": lambda: CompletionFactory(way=Way.ATTESTED),
    "training_completion_imported_from_a_file": lambda: CompletionFactory(way=Way.IMPORTED),
    "training_chapter_code_unique": lambda: twice(
        ChapterFactory, course=CourseFactory(), code="cadre"
    ),
    "training_chapter_done_once": lambda: done_twice(),
    "training_test_threshold_is_a_share": lambda: AssessmentFactory(threshold_percent=101),
    "training_attempt_numbered": lambda: attempted_twice(),
    "training_attempt_right_among_asked": lambda: AttemptFactory(right=3, asked=2),
    "training_attempt_stays": lambda: corrected(AttemptFactory()),
    "training_attempt_never_deleted": lambda: deleted(AttemptFactory()),
}


def twice_by_one_person():
    first = CompletionFactory()
    CompletionFactory(user=first.user, course=first.course, recorded_by=first.recorded_by)


def done_twice():
    first = ChapterDoneFactory()
    ChapterDoneFactory(user=first.user, chapter=first.chapter)


def attempted_twice():
    first = AttemptFactory()
    AttemptFactory(user=first.user, test=first.test, submitted_by=first.submitted_by)


def corrected(attempt):
    attempt.right = 2
    attempt.save()
