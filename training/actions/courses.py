"""A course followed in the registry: chapters, questionnaire, attestation on one's honour."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from accounts.models import Member, User
from core import audit, once
from training import rules
from training.actions import proofs
from training.enums import Way
from training.models import Assessment, Attempt, Chapter, ChapterDone, Completion, Course


class CannotComplete(Exception):
    """The message is in French and may be shown."""


Answers = Mapping[str, Sequence[str]]

ALREADY = "Votre attestation pour cette version de la formation existe déjà."
CHAPTERS_LEFT = "Terminez d’abord tous les chapitres obligatoires de cette formation."
OVER = "Cette version de la formation ne peut plus être suivie."


def finish_chapter(chapter: Chapter, *, by: Member, at: datetime) -> None:
    """Keep that the chapter was followed; again changes nothing."""
    with audit.acting("training.chapter_done", by=by):
        _, is_new = ChapterDone.objects.get_or_create(
            user=by.user, chapter=chapter, defaults={"done_at": at}
        )
        if is_new:
            audit.record("training.chapter_done", chapter, by=by, chapter=chapter.code)


def submit(
    test: Assessment, answers: Mapping[str, Sequence[str]], *, by: Member, at: datetime, key: str
) -> Attempt:
    """Mark the answers and keep them; a pass completes the course where a test is asked.

    :param key: of the form: the same one sent twice is one attempt
    :raises CannotComplete: chapters are left, or the version is over
    """
    given = {code: sorted(chosen) for code, chosen in answers.items()}
    with audit.acting("training.attempted", by=by):
        if sent := once.guard(by=by, key=key, action="training.attempted", body=given):
            return Attempt.objects.get(public_id=sent)
        _check(test.course, by, by.site.local_day(at))
        attempt = _keep(test, given, by=by, at=at)
        audit.record(
            "training.attempted", attempt, by=by, number=attempt.number, passed=attempt.is_passed
        )
        if attempt.is_passed and test.course.asks_test:
            _complete(test.course, Way.PASSED, by=by, at=at, attempt=attempt)
        once.done(by=by, key=key, target=attempt.public_id)
    return attempt


def attest(course: Course, *, by: Member, at: datetime) -> Completion:
    """The member attests on their honour, in the words of the course, which are kept.

    :raises CannotComplete: a test is asked, chapters are left, the version is over, or done already
    """
    if course.asks_test:
        raise CannotComplete("Cette version se termine par un questionnaire.")
    with audit.acting("training.completed", by=by):
        _check(course, by, by.site.local_day(at))
        done = _complete(course, Way.ATTESTED, by=by, at=at)
    if done is None:
        raise CannotComplete(ALREADY)
    return done


def _check(course: Course, by: Member, today: date) -> None:
    """The version may be completed today, and its compulsory chapters were followed."""
    if not rules.is_in_course(today, valid_from=course.valid_from, valid_to=course.valid_to):
        raise CannotComplete(OVER)
    left = course.chapters.filter(is_mandatory=True).exclude(done__user=by.user)
    if left.exists():
        raise CannotComplete(CHAPTERS_LEFT)


def _keep(
    test: Assessment, answers: Mapping[str, Sequence[str]], *, by: Member, at: datetime
) -> Attempt:
    """The next attempt of the person; two at the same instant wait for each other."""
    User.objects.select_for_update(of=("self",)).get(pk=by.user_id)
    questions = test.asked()
    right = rules.count_right(questions, answers)
    return Attempt.objects.create(
        user=by.user,
        test=test,
        number=Attempt.objects.filter(user=by.user, test=test).count() + 1,
        answers=dict(answers),
        right=right,
        asked=len(questions),
        threshold_percent=test.threshold_percent,
        questions=test.questions,
        is_passed=rules.is_passed(right, len(questions), test.threshold_percent),
        submitted_at=at,
        submitted_by=by,
    )


def _complete(
    course: Course, way: Way, *, by: Member, at: datetime, attempt: Attempt | None = None
) -> Completion | None:
    """The proof; None when there was one: passing again is no fault."""
    if Completion.objects.filter(user=by.user, course=course).exists():
        return None
    proven = proofs.Proven(by.user, course, by.site.local_day(at), way, attempt=attempt)
    try:
        return proofs.write(proven, by=by, at=at)
    except (proofs.AlreadyCompleted, proofs.NoRoom) as refusal:
        raise CannotComplete(str(refusal) or ALREADY) from refusal
