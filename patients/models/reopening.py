from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.enums import EndReason, EnrolmentState
from patients.models.enrolment import Enrolment


@tracked
class Reopening(models.Model):
    """Sortie annulée: it was recorded by mistake. The exit that was undone stays readable."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reopenings")
    # Under the enrolment's key.
    reason_sealed = models.BinaryField(null=True)
    was_state = models.CharField("état", max_length=10, choices=EnrolmentState)
    was_ended_on = models.DateField("sortie du")
    was_end_reason = models.CharField("motif de sortie", max_length=20, choices=EndReason)
    # Tells which exit: a participation may be reopened once for each.
    was_recorded_at = models.DateTimeField("sortie enregistrée le")
    reopened_at = models.DateTimeField("rouverte le")
    reopened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reopenings")

    class Meta:
        verbose_name = "sortie annulée"
        verbose_name_plural = "sorties annulées"
        constraints = [
            models.CheckConstraint(
                condition=Q(was_state__in=[EnrolmentState.WEANING, EnrolmentState.ENDED]),
                name="patients_reopened_after_an_exit",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "was_recorded_at"], name="patients_exit_undone_once"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_reopening_is_frozen"),
            NeverDeleted(name="reopening_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Réouverture {self.pk}"
