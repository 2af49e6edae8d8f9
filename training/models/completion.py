from datetime import date, timedelta
from typing import Any, cast

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q, QuerySet

from accounts.models import ImportedFile, Member, User
from core.history import tracked
from core.models import Document
from programmes.models import Programme
from training.enums import ProofKind, Way
from training.models.course import Course
from training.models.progress import Attempt
from training.rules import SELF_ATTESTATION_FROM, Proof


class CompletionQuerySet(models.QuerySet["Completion"]):
    def of_user(self, user: User) -> "CompletionQuerySet":
        """Proofs of a person, of the courses for their profession."""
        return self.filter(user=user, course__profession=user.profession).select_related("course")

    def of(self, user: User, programme: Programme) -> "CompletionQuerySet":
        """Proofs of a person for a programme, of the courses for their profession."""
        return self.of_user(user).filter(course__programme=programme)

    def visible_to(self, member: Member) -> "CompletionQuerySet":
        """One's own."""
        return self.of_user(member.user) if member.pk else self.none()

    def newest_first(self) -> "CompletionQuerySet":
        return self.order_by("-completed_on", "-pk")

    def good_on(self, on: date) -> "CompletionQuerySet":
        """Proofs that count that day: `rules.counts`, told to PostgreSQL."""
        ends_on = Func(
            F("completed_on"),
            F("course__proof_lasts_months"),
            template="(%(expressions)s)::date",
            arg_joiner=" + interval '1 month' * ",
            output_field=models.DateField(),
        )
        early = Q(
            course__proof_kind=ProofKind.SELF_ATTESTATION,
            completed_on__lt=SELF_ATTESTATION_FROM,
        )
        rows: QuerySet[Any] = (
            self.filter(
                Q(course__valid_to=None) | Q(completed_on__lte=F("course__valid_to")),
                completed_on__gte=F("course__valid_from"),
                completed_on__lte=on,
            )
            .exclude(early)
            .annotate(ends_on=ends_on)
        )
        return cast(CompletionQuerySet, rows.filter(Q(ends_on=None) | Q(ends_on__gte=on)))

    def to_remind(self, on: date, *, days_before: int) -> "QuerySet[Any]":
        """Proofs that end within so many days, not reminded yet, of open accounts."""
        good: QuerySet[Any] = self.good_on(on)
        soon = good.filter(ends_on__lte=on + timedelta(days=days_before))
        return soon.filter(reminded_at=None, user__is_active=True)


@tracked
class Completion(models.Model):
    """Attestation de formation: the proof, dated, of one person."""

    never_deleted = True

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="completions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="completions")
    completed_on = models.DateField("suivie le")
    way = models.CharField("établie par", max_length=10, choices=Way, default=Way.DECLARED)
    # Number printed on the platform's certificate; empty for a self-attestation.
    reference = models.CharField("numéro de l’attestation", max_length=40, blank=True)
    # The words that were attested, as they were shown.
    statement = models.TextField("texte attesté", blank=True)
    statement_version = models.CharField("version du texte", max_length=20, blank=True)
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="completion"
    )
    imported = models.ForeignKey(
        ImportedFile, on_delete=models.PROTECT, null=True, blank=True, related_name="completions"
    )
    # The certificate, as it was delivered.
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="completions_recorded"
    )
    # Told that the proof is about to end.
    reminded_at = models.DateTimeField("rappelée le", null=True, blank=True)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation de formation"
        verbose_name_plural = "attestations de formation"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"], name="training_completion_once_a_course"
            ),
            models.CheckConstraint(
                condition=Q(way__in=Way.values), name="training_completion_way_known"
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.PASSED) | Q(attempt__isnull=False),
                name="training_completion_passed_by_an_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.ATTESTED) | ~Q(statement=""),
                name="training_completion_attests_words",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.IMPORTED) | Q(imported__isnull=False),
                name="training_completion_imported_from_a_file",
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
