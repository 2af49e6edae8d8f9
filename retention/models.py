import uuid

from django.db import models
from django.db.models import Q

from programmes.enums import DataClass
from programmes.models import Programme
from retention.enums import PurgeState


class PurgeRun(models.Model):
    """Effacement d'une classe de données d'un programme: what was due, what was destroyed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="purge_runs")
    data_class = models.CharField("données", max_length=10, choices=DataClass)
    due_on = models.DateField("échéance")
    started_at = models.DateTimeField("commencé le")
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=PurgeState)
    # Rows destroyed, by table.
    counts = models.JSONField("nombres", default=dict)

    class Meta:
        verbose_name = "effacement"
        verbose_name_plural = "effacements"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "data_class"], name="retention_class_purged_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=PurgeState.values), name="retention_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=PurgeState.RUNNING) | Q(finished_at__isnull=False),
                name="retention_done_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Effacement {self.public_id}"
