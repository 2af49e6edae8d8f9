from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from prescriptions.enums import Cannabinoid


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def in_force(self, on: date) -> "InteractionQuerySet":
        """Interactions known that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class Interaction(models.Model):
    """Interaction médicamenteuse: which names to look for, what to tell. Data with a source."""

    code = models.SlugField("code", max_length=30)
    drug_class = models.CharField("classe", max_length=80)
    # Names separated by commas, compared without accents with the beginning of each typed word.
    names = models.CharField("noms", max_length=400)
    concerns = models.CharField("concerne", max_length=3, choices=Cannabinoid)
    advice = models.CharField("conseil", max_length=200)
    source = models.CharField("source", max_length=200)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = "interaction"
        verbose_name_plural = "interactions"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="prescriptions_interaction_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(concerns__in=Cannabinoid.values),
                name="prescriptions_interaction_concerns_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="prescriptions_interaction_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drug_class} ({self.code})"
