"""Where somebody stands in a course: chapters followed, the next one, what is left to prove it."""

from dataclasses import dataclass, field

from accounts.models import User
from training.models import Assessment, Attempt, Chapter, ChapterDone, Completion, Course


@dataclass(frozen=True)
class Progress:
    """`done`: ids of the chapters followed. `attempts`: the newest first."""

    course: Course
    chapters: list[Chapter]
    done: frozenset[int]
    test: Assessment | None = None
    attempts: list[Attempt] = field(default_factory=list)
    completion: Completion | None = None

    @property
    def rows(self) -> list[tuple[Chapter, bool]]:
        return [(one, one.pk in self.done) for one in self.chapters]

    @property
    def mandatory(self) -> list[tuple[Chapter, bool]]:
        return [row for row in self.rows if row[0].is_mandatory]

    @property
    def optional(self) -> list[tuple[Chapter, bool]]:
        return [row for row in self.rows if not row[0].is_mandatory]

    @property
    def count_done(self) -> int:
        """Compulsory chapters followed."""
        return sum(is_done for _, is_done in self.mandatory)

    @property
    def is_read(self) -> bool:
        """Whether no compulsory chapter is left."""
        return self.count_done == len(self.mandatory)

    @property
    def following(self) -> Chapter | None:
        """Where to go on: the first compulsory chapter left, else the first of the others."""
        left = [one for one, is_done in (*self.mandatory, *self.optional) if not is_done]
        return left[0] if left else None

    @property
    def has_begun(self) -> bool:
        return bool(self.done)


def of(course: Course, user: User) -> Progress:
    """Five queries, whatever the number of chapters and attempts."""
    chapters = list(course.chapters.order_by("position", "pk"))
    done = ChapterDone.objects.filter(user=user, chapter__course=course)
    test = Assessment.objects.filter(course=course).first()
    return Progress(
        course=course,
        chapters=chapters,
        done=frozenset(done.values_list("chapter_id", flat=True)),
        test=test,
        attempts=list(Attempt.objects.filter(user=user, test=test).order_by("-number")),
        completion=Completion.objects.filter(user=user, course=course).first(),
    )


def of_many(courses: list[Course], user: User) -> dict[int, tuple[int, int]]:
    """Compulsory chapters followed, and all of them, by course. Two queries."""
    counted = {one.pk: [0, 0] for one in courses}
    asked = Chapter.objects.filter(course__in=courses, is_mandatory=True)
    done = set(ChapterDone.objects.filter(user=user).values_list("chapter_id", flat=True))
    for pk, course in asked.values_list("pk", "course_id"):
        counted[course][0] += pk in done
        counted[course][1] += 1
    return {pk: (followed, total) for pk, (followed, total) in counted.items()}
