"""What the database refuses of `training`: one line per constraint."""

import datetime
from collections.abc import Callable

from tests.programmes.factories import ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory


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
}


def twice_by_one_person():
    first = CompletionFactory()
    CompletionFactory(user=first.user, course=first.course, recorded_by=first.recorded_by)
