from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from programmes.enums import QuestionnaireStatus
from programmes.models.programme import Indication, Programme


@tracked
class Questionnaire(models.Model):
    """Questionnaire d'une consultation: common core, or the measures of some indications."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="questionnaires"
    )
    code = models.CharField("code", max_length=30)
    title = models.CharField("titre", max_length=120)
    position = models.PositiveSmallIntegerField("rang")
    # Asked for these indications only; for all when empty.
    indications = models.ManyToManyField(Indication, blank=True, related_name="questionnaires")
    at_simple_visits = models.BooleanField("aux consultations simples", default=True)

    class Meta:
        verbose_name = "questionnaire"
        verbose_name_plural = "questionnaires"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"], name="programmes_questionnaire_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersionQuerySet(models.QuerySet["QuestionnaireVersion"]):
    def in_force(self, on: date) -> "QuestionnaireVersionQuerySet":
        """Published versions for a visit held that day, both bounds included."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on),
            valid_from__lte=on,
            status=QuestionnaireStatus.PUBLISHED,
        )


@tracked
class QuestionnaireVersion(models.Model):
    """Version d'un questionnaire. `definition` is a list of items:

    `{"code", "label", "kind": number|choice|multiple|text|date|yes_no, "unit", "min", "max",
    "decimals", "required", "choices": [[value, label]], "help", "shown_if": {"code", "value"},
    "score": true when drawn on the patient's curve, "missing": [why there may be no answer],
    "sex", "visits": [those it is asked at], "criterion": of eligibility, asked again,
    "instrument": of `data/instruments.json`, "soft": [rules of `followup.doubts`],
    "by_patient": true when a patient may answer before the visit}`.
    """

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="versions"
    )
    version = models.CharField("version", max_length=20)
    status = models.CharField("état", max_length=10, choices=QuestionnaireStatus)
    valid_from = models.DateField("consultations depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    definition = models.JSONField("définition")
    source = models.CharField("source et licence", max_length=300)

    objects = QuestionnaireVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version de questionnaire"
        verbose_name_plural = "versions de questionnaire"
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "version"],
                name="programmes_questionnaire_version_unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=QuestionnaireStatus.values),
                name="programmes_questionnaire_status_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_questionnaire_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.version}"
