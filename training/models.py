import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.enums import Profession
from accounts.models import Member, User
from core.history import tracked
from programmes.models import Programme
from training.enums import ProofKind
from training.rules import Proof


class CourseQuerySet(models.QuerySet["Course"]):
    def completed_on(self, on: date) -> "CourseQuerySet":
        """Courses that could be completed that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class Course(models.Model):
    """Formation obligatoire, in one version: the kind of proof changes by date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="courses")
    version = models.CharField("version", max_length=20)
    profession = models.CharField("public", max_length=10, choices=Profession)
    title = models.CharField("titre", max_length=160)
    proof_kind = models.CharField("preuve demandée", max_length=20, choices=ProofKind)
    valid_from = models.DateField("suivie depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # Months a proof lasts; empty: it does not end (proofs of 2021 stay valid).
    proof_lasts_months = models.PositiveSmallIntegerField("validité (mois)", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = "formation"
        verbose_name_plural = "formations"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version", "profession"],
                name="training_course_version_unique",
            ),
            models.CheckConstraint(
                condition=Q(proof_kind__in=ProofKind.values), name="training_course_proof_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="training_course_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class CompletionQuerySet(models.QuerySet["Completion"]):
    def of_user(self, user: User) -> "CompletionQuerySet":
        """Proofs of a person, of the courses for their profession."""
        return self.filter(user=user, course__profession=user.profession).select_related("course")

    def of(self, user: User, programme: Programme) -> "CompletionQuerySet":
        """Proofs of a person for a programme, of the courses for their profession."""
        return self.of_user(user).filter(course__programme=programme)

    def newest_first(self) -> "CompletionQuerySet":
        return self.order_by("-completed_on", "-pk")


@tracked
class Completion(models.Model):
    """Attestation de formation: the proof, dated, of one person."""

    never_deleted = True

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="completions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="completions")
    completed_on = models.DateField("suivie le")
    # Number printed on the platform's certificate; empty for a self-attestation.
    reference = models.CharField("numéro de l’attestation", max_length=40, blank=True)
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="completions_recorded"
    )

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation de formation"
        verbose_name_plural = "attestations de formation"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"], name="training_completion_once_a_course"
            ),
        ]

    def __str__(self) -> str:
        return f"Attestation {self.pk}"

    @property
    def proof(self) -> Proof:
        """The completion as the rule reads it; `course` must be loaded."""
        return Proof(
            kind=ProofKind(self.course.proof_kind),
            completed_on=self.completed_on,
            valid_from=self.course.valid_from,
            valid_to=self.course.valid_to,
            lasts_months=self.course.proof_lasts_months,
        )
