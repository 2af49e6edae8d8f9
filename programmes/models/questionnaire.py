from datetime import date

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import Member
from core.db import same
from core.frozen import FrozenWhen, Refuse
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

    def ever_published(self) -> "QuestionnaireVersionQuerySet":
        """Those that patients may have answered: retired ones too, drafts never."""
        return self.exclude(status=QuestionnaireStatus.DRAFT)

    def visible_to(self, member: Member) -> "QuestionnaireVersionQuerySet":
        """Of the programmes that the member is accredited for."""
        return self.filter(questionnaire__programme__in=Programme.objects.visible_to(member))


@tracked
class QuestionnaireVersion(models.Model):
    """Version d'un questionnaire: drafted, then published; what is published is never rewritten.

    `definition` is a list of items, judged by `programmes.declared`:

    `{"code", "label", "kind": number|choice|multiple|text|date|yes_no, "unit", "min", "max",
    "decimals", "required", "choices": [[value, label]], "help", "shown_if": {"code", "value"},
    "score": true when drawn on the patient's curve, "missing": [why there may be no answer],
    "sex", "visits": [those it is asked at], "criterion": of eligibility, asked again,
    "instrument": of `data/instruments.json`, "soft": [rules of `followup.doubts`],
    "compare": {a rule with another question, of `followup.comparing`},
    "by_patient": true when a patient may answer before the visit}`.
    """

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="versions"
    )
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    version = models.CharField("version", max_length=20)
    status = models.CharField("état", max_length=10, choices=QuestionnaireStatus)
    valid_from = models.DateField("consultations depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    definition = models.JSONField("définition")
    source = models.CharField("source et licence", max_length=300)
    drafted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="questions_drafted"
    )
    published_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="questions_published"
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)

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
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(status=QuestionnaireStatus.DRAFT),
                name="programmes_questionnaire_one_draft",
            ),
            # Whatever the day of a visit, one version says what is asked. Both bounds included.
            ExclusionConstraint(
                name="programmes_questionnaire_one_version_a_day",
                expressions=[
                    (same("questionnaire"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status=QuestionnaireStatus.PUBLISHED),
            ),
        ]
        triggers = [
            FrozenWhen(
                name="programmes_published_questions_stay",
                sql="OLD.status <> 'DRAFT'",
                may_change=["valid_to", "status"],
            ),
            # Neither back to a draft, nor asked again once retired.
            Refuse(
                name="programmes_published_questions_no_way_back",
                operation=pgtrigger.Update,
                sql="OLD.status <> 'DRAFT' AND NEW.status = 'DRAFT'"
                " OR OLD.status = 'RETIRED' AND NEW.status <> 'RETIRED'",
            ),
            Refuse(
                name="programmes_published_questions_never_deleted",
                operation=pgtrigger.Delete,
                sql="OLD.status <> 'DRAFT'",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.version}"
