import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.frozen import FrozenWhen, NeverDeleted
from evaluation.enums import Measure
from programmes.models import Programme


class MonthCount(models.Model):
    """Comptage mensuel: one measure of one indication and region, an array of months.

    Rebuilt at night. The number of rows is bounded by the map and the programme, never by the
    number of patients: the dashboard reads them all.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="month_counts")
    measure = models.CharField("mesure", max_length=15, choices=Measure)
    # Code of the subtype, else of the indication.
    indication = models.CharField("indication", max_length=10)
    region = models.CharField("région", max_length=40)
    # Only where the measure is split by it, empty otherwise.
    departement = models.CharField("département", max_length=3, blank=True)
    # Sub-group of the measure: the reason of an exit, empty otherwise.
    detail = models.CharField("détail", max_length=20, blank=True)
    # One number a month, from `CountRun.first_month` on.
    counts = ArrayField(models.PositiveIntegerField(), verbose_name="nombres")

    class Meta:
        verbose_name = "comptage mensuel"
        verbose_name_plural = "comptages mensuels"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "measure", "indication", "region", "departement", "detail"],
                name="evaluation_counted_once",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=Measure.values), name="evaluation_measure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Comptage {self.pk}"


class CountRun(models.Model):
    """Recalcul des comptages: rows recorded after `counted_at` are added live."""

    programme = models.OneToOneField(
        Programme, on_delete=models.CASCADE, primary_key=True, related_name="count_run"
    )
    counted_at = models.DateTimeField("calculé le")
    first_month = models.DateField("premier mois")
    # Département → [structures listed, pharmacies taking part] that night.
    places = models.JSONField("lieux", default=dict)

    class Meta:
        verbose_name = "recalcul des comptages"
        verbose_name_plural = "recalculs des comptages"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_month__day=1), name="evaluation_month_starts_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"Comptages {self.programme_id}"


class StatisticsRelease(models.Model):
    """Publication d'un trimestre clos: computed once, masked, rounded, never changed."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="releases")
    # First day of the quarter.
    quarter = models.DateField("trimestre")
    released_at = models.DateTimeField("publié le")
    figures = models.JSONField("chiffres publiés")

    class Meta:
        verbose_name = "publication statistique"
        verbose_name_plural = "publications statistiques"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "quarter"], name="evaluation_quarter_released_once"
            ),
            models.CheckConstraint(
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
                name="evaluation_quarter_starts_a_quarter",
            ),
        ]
        triggers = [
            FrozenWhen(name="evaluation_release_is_frozen"),
            NeverDeleted(name="release_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Publication {self.public_id}"
