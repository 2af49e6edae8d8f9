from django.db import models

from patients.models import Enrolment


class SupplyEnd(models.Model):
    """Fin du traitement remis: last day in the patient's hands, computed at each dispensation.

    Derived from the dispensations that stand: made again at will, never typed. ADR 0046.
    """

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, primary_key=True, related_name="supply_end"
    )
    ends_on = models.DateField("traitement en main jusqu’au")

    class Meta:
        verbose_name = "fin du traitement remis"
        verbose_name_plural = "fins des traitements remis"
        indexes = [models.Index(fields=["ends_on"], name="pharmacies_supply_ends")]

    def __str__(self) -> str:
        return f"Fin {self.pk}"
