from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from programmes.enums import CriterionKind
from programmes.models.programme import Indication, Programme


class CriteriaSetQuerySet(models.QuerySet["CriteriaSet"]):
    def in_force(self, on: date) -> "CriteriaSetQuerySet":
        """Sets that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class CriteriaSet(models.Model):
    """Jeu de critères d'éligibilité, in force between two dates."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="criteria_sets")
    version = models.CharField("version", max_length=40)
    valid_from = models.DateField("en vigueur depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        verbose_name = "jeu de critères"
        verbose_name_plural = "jeux de critères"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version"], name="programmes_criteria_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_criteria_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} – critères {self.version}"


@tracked
class Criterion(models.Model):
    """Critère: one question, one answer, never a global tick."""

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField("rang")
    code = models.CharField("code", max_length=40)
    kind = models.CharField("nature", max_length=15, choices=CriterionKind)
    text = models.CharField("question", max_length=300)
    help_text = models.CharField("aide", max_length=300, blank=True)
    # Asked for these indications only; for all when empty.
    indications = models.ManyToManyField(Indication, blank=True, related_name="criteria")
    # A date is asked with a yes (the oncologist's agreement).
    needs_date = models.BooleanField("date demandée", default=False)
    # May be passed over with a reason, which the agency reads. Never a criterion of a text of law.
    is_derogable = models.BooleanField("dérogation possible", default=False)
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "critère"
        verbose_name_plural = "critères"
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "code"], name="programmes_criterion_code_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CriterionKind.values), name="programmes_criterion_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.text
