from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from programmes.enums import VisitKind
from programmes.models.programme import Programme


class VisitDefinitionQuerySet(models.QuerySet["VisitDefinition"]):
    def in_force(self, on: date) -> "VisitDefinitionQuerySet":
        """Definitions for inclusions of that day, both bounds included."""
        return self.filter(Q(applies_to=None) | Q(applies_to__gte=on), applies_from__lte=on)


@tracked
class VisitDefinition(models.Model):
    """Consultation prévue par le programme: offset from inclusion, window, who may hold it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField("code", max_length=6)
    # Months after inclusion, clamped to the month's end, never chained.
    offset_months = models.PositiveSmallIntegerField("mois après l’inclusion")
    # Days, bounds included. Outside: a reason is asked, nothing is refused.
    window_before_days = models.PositiveSmallIntegerField("fenêtre avant (jours)")
    window_after_days = models.PositiveSmallIntegerField("fenêtre après (jours)")
    kind = models.CharField("nature", max_length=8, choices=VisitKind)
    applies_from = models.DateField("inclusions depuis le")
    applies_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = VisitDefinitionQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation prévue"
        verbose_name_plural = "consultations prévues"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code", "applies_from"], name="programmes_visit_code_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitKind.values), name="programmes_visit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(applies_to=None) | Q(applies_to__gte=F("applies_from")),
                name="programmes_visit_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} – {self.code}"
