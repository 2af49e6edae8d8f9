import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from patients.enums import DuplicateState
from patients.models.patient import Patient


class PossibleDuplicateQuerySet(models.QuerySet["PossibleDuplicate"]):
    def of(self, patient: Patient) -> "PossibleDuplicateQuerySet":
        """Pairs that this patient is one of."""
        return self.filter(Q(first=patient) | Q(second=patient))


class PossibleDuplicate(models.Model):
    """Doublon possible: two patients who look alike, and what was decided. Erased with either."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The one that was known before, and the one that was recorded after.
    first = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alike_after")
    second = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alike_before")
    score = models.PositiveSmallIntegerField("ressemblance")
    # Values of `patients.enums.Likeness`.
    reasons = models.JSONField("raisons", default=list)
    state = models.CharField("état", max_length=10, choices=DuplicateState)
    noted_at = models.DateTimeField("signalé le")
    noted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="duplicates_noted")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates_decided"
    )
    # Why, under the key of the second patient.
    reason_sealed = models.BinaryField(null=True, blank=True)

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon possible"
        verbose_name_plural = "doublons possibles"
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="patients_pair_is_ordered"
            ),
            models.UniqueConstraint(fields=["first", "second"], name="patients_pair_known_once"),
            models.CheckConstraint(
                condition=Q(state=DuplicateState.OPEN, decided_at=None)
                | Q(
                    state__in=[DuplicateState.DIFFERENT, DuplicateState.MERGED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="patients_pair_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(score__range=(0, 100)), name="patients_pair_score_possible"
            ),
        ]
        indexes = [
            models.Index(
                fields=["noted_at"], condition=Q(state="OPEN"), name="patients_pair_to_review"
            ),
        ]

    def __str__(self) -> str:
        return f"Doublon possible {self.public_id}"
