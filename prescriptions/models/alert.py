from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from prescriptions.enums import AlertCode, Threshold
from prescriptions.models.line import OF_LINE, only_while_draft
from prescriptions.models.prescription import Prescription


class AlertThresholdQuerySet(models.QuerySet["AlertThreshold"]):
    def in_force(self, on: date) -> "AlertThresholdQuerySet":
        """Thresholds that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class AlertThreshold(models.Model):
    """Seuil d'alerte: a figure above which the prescriber is told. Data with a source, not law."""

    code = models.CharField("seuil", max_length=20, choices=Threshold)
    value = models.DecimalField("valeur", max_digits=12, decimal_places=4)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = AlertThresholdQuerySet.as_manager()

    class Meta:
        verbose_name = "seuil d’alerte"
        verbose_name_plural = "seuils d’alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], name="prescriptions_threshold_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(code__in=Threshold.values), name="prescriptions_threshold_known"
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0), name="prescriptions_threshold_positive"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="prescriptions_threshold_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.value}"


@tracked
class PassedAlert(models.Model):
    """Alerte passée outre: what was shown to the prescriber, who gave a reason and signed."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="passed_alerts"
    )
    code = models.CharField("objet", max_length=20, choices=AlertCode)
    # A national notice and its substitutes included.
    message = models.CharField("alerte", max_length=1000)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "alerte passée outre"
        verbose_name_plural = "alertes passées outre"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=AlertCode.values), name="prescriptions_alert_code_known"
            ),
        ]
        triggers = [only_while_draft("prescriptions_alert_is_frozen", OF_LINE)]

    def __str__(self) -> str:
        return f"Alerte {self.pk}"
