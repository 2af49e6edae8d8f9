import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import Member, User
from core.frozen import FrozenWhen, NeverDeleted
from training.models.course import Assessment, Chapter
from training.rules import Question


class ChapterDone(models.Model):
    """Chapitre suivi: where somebody stands in a course, so that they go on from there."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="chapters_done")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="done")
    done_at = models.DateTimeField("suivi le")

    class Meta:
        verbose_name = "chapitre suivi"
        verbose_name_plural = "chapitres suivis"
        constraints = [
            models.UniqueConstraint(fields=["user", "chapter"], name="training_chapter_done_once"),
        ]

    def __str__(self) -> str:
        return f"Chapitre suivi {self.pk}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, member: Member) -> "AttemptQuerySet":
        """One's own."""
        return self.filter(user=member.user_id) if member.pk else self.none()


class Attempt(models.Model):
    """Passage du questionnaire: the answers as they were given, numbered, never changed."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attempts")
    test = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField("essai")
    # Code of the question → list of the codes chosen.
    answers = models.JSONField("réponses")
    right = models.PositiveSmallIntegerField("bonnes réponses")
    asked = models.PositiveSmallIntegerField("questions")
    # As they stood that day: both may change with the data of the course.
    threshold_percent = models.PositiveSmallIntegerField("seuil de réussite (%)")
    questions = models.JSONField("questions posées")
    is_passed = models.BooleanField("réussi")
    submitted_at = models.DateTimeField("envoyé le")
    submitted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="attempts_submitted"
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "passage du questionnaire"
        verbose_name_plural = "passages du questionnaire"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "test", "number"], name="training_attempt_numbered"
            ),
            models.CheckConstraint(
                condition=Q(right__lte=F("asked")), name="training_attempt_right_among_asked"
            ),
        ]
        triggers = [
            FrozenWhen("training_attempt_stays"),
            NeverDeleted("training_attempt_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Passage {self.public_id}"

    def lines(self) -> list[tuple[Question, list[str], bool]]:
        """Each question as it was asked, the words chosen, and whether they were right."""
        asked = [Question.of(one) for one in self.questions]
        return [
            (
                one,
                [words for code, words in one.choices if code in self.answers.get(one.code, ())],
                one.is_right(self.answers.get(one.code, ())),
            )
            for one in asked
        ]
