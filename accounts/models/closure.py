import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models.site import Site
from core.history import tracked


@tracked
class Closure(models.Model):
    """Fermeture d'un lieu: days on which it receives nobody, beside those of its week.

    It moves the dates that are proposed and warns; it refuses nothing (ADR 0056).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="closures")
    # Both included.
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    label = models.CharField("motif", max_length=80)

    class Meta:
        verbose_name = "fermeture"
        verbose_name_plural = "fermetures"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="accounts_closure_days_ordered"
            ),
            models.UniqueConstraint(
                fields=["site", "starts_on", "ends_on"], name="accounts_closure_written_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Fermeture {self.public_id}"
