from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from pharmacies.enums import Waits


class DelayQuerySet(models.QuerySet["Delay"]):
    def in_force(self, on: date) -> "DelayQuerySet":
        """Those that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class Delay(models.Model):
    """Délai de relance: after so many hours without an answer, others are told. Data, not law."""

    code = models.CharField("attente", max_length=12, choices=Waits)
    hours = models.PositiveSmallIntegerField("délai (heures)")
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = DelayQuerySet.as_manager()

    class Meta:
        verbose_name = "délai de relance"
        verbose_name_plural = "délais de relance"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="pharmacies_delay_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(code__in=Waits.values, hours__gte=1), name="pharmacies_delay_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="pharmacies_delay_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.hours} h"
