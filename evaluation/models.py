import uuid

from django.db import models
from django.db.models import Q

from programmes.models import Programme


class Measure(models.TextChoices):
    """What a daily count counts."""

    INCLUDED = "INCLUDED", "Inclusions"
    TREATED = "TREATED", "Premières prescriptions"
    ENDED = "ENDED", "Sorties"
    WITH_EVENT = "WITH_EVENT", "Patients ayant un premier effet indésirable"
    EVENTS = "EVENTS", "Effets indésirables"
    SERIOUS_EVENTS = "SERIOUS_EVENTS", "Effets indésirables graves"


class DayCount(models.Model):
    """Comptage d'un jour, pré-agrégé: rebuilt at night; the dashboard adds what came since."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="day_counts")
    measure = models.CharField("mesure", max_length=15, choices=Measure)
    day = models.DateField("jour")
    # Code of the subtype, else of the indication.
    indication = models.CharField("indication", max_length=10)
    departement = models.CharField("département", max_length=3)
    # Sub-group of the measure: the reason of an exit, empty otherwise.
    detail = models.CharField("détail", max_length=20, blank=True)
    count = models.PositiveIntegerField("nombre")

    class Meta:
        verbose_name = "comptage d’un jour"
        verbose_name_plural = "comptages par jour"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "measure", "day", "indication", "departement", "detail"],
                name="evaluation_day_counted_once",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=Measure.values), name="evaluation_measure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"


class CountRun(models.Model):
    """Recalcul des comptages: rows recorded after `counted_at` are added live."""

    programme = models.OneToOneField(
        Programme, on_delete=models.CASCADE, primary_key=True, related_name="count_run"
    )
    counted_at = models.DateTimeField("calculé le")

    class Meta:
        verbose_name = "recalcul des comptages"
        verbose_name_plural = "recalculs des comptages"

    def __str__(self) -> str:
        return f"Comptages {self.programme_id}"


class StatisticsRelease(models.Model):
    """Publication d'un trimestre clos: computed once, masked, rounded, never changed."""

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

    def __str__(self) -> str:
        return f"Publication {self.public_id}"
