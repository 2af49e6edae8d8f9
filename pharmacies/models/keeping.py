from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from pharmacies.enums import Kept


class KeepingTimeQuerySet(models.QuerySet["KeepingTime"]):
    def in_force(self, on: date) -> "KeepingTimeQuerySet":
        """Those that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)

    def years(self, subject: str, on: date) -> int:
        """Years that a pharmacy keeps it; 0 when no duration is in force."""
        found = self.in_force(on).filter(subject=subject).order_by("-valid_from").first()
        return found.years if found else 0


@tracked
class KeepingTime(models.Model):
    """Durée de garde par la pharmacie: the copies of prescriptions, the narcotics register."""

    subject = models.CharField("papiers", max_length=8, choices=Kept)
    years = models.PositiveSmallIntegerField("durée (années)")
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = KeepingTimeQuerySet.as_manager()

    class Meta:
        verbose_name = "durée de garde"
        verbose_name_plural = "durées de garde"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "valid_from"], name="pharmacies_keeping_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(subject__in=Kept.values, years__gte=1), name="pharmacies_keeping_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="pharmacies_keeping_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.years} ans"
