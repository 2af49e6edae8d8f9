import uuid

from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from followup.enums import Answered, Means, Outcome
from patients.models import Enrolment


class SearchQuerySet(models.QuerySet["Search"]):
    def under_way(self) -> "SearchQuerySet":
        return self.filter(closed_at=None)


@tracked
class Search(models.Model):
    """Recherche d'un patient sans nouvelles: attempts to reach them, then how it ended."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="searches")
    opened_at = models.DateTimeField("ouverte le")
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="searches_opened")
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="searches_closed"
    )
    outcome = models.CharField("issue", max_length=5, choices=Outcome, blank=True)

    objects = SearchQuerySet.as_manager()

    class Meta:
        verbose_name = "recherche d’un patient"
        verbose_name_plural = "recherches de patients"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(closed_at=None),
                name="followup_one_search_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | Q(
                    closed_at__gte=F("opened_at"),
                    closed_by__isnull=False,
                    outcome__in=Outcome.values,
                ),
                name="followup_search_ends_with_outcome",
            ),
        ]
        triggers = [NeverDeleted(name="followup_search_never_deleted")]

    def __str__(self) -> str:
        return f"Recherche {self.public_id}"


@tracked
class Attempt(models.Model):
    """Tentative de contact: when, how, and what came of it. Written once."""

    never_deleted = True

    search = models.ForeignKey(Search, on_delete=models.PROTECT, related_name="attempts")
    attempted_on = models.DateField("faite le")
    means = models.CharField("moyen", max_length=10, choices=Means)
    answered = models.CharField("résultat", max_length=10, choices=Answered)
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="attempts_recorded"
    )

    class Meta:
        verbose_name = "tentative de contact"
        verbose_name_plural = "tentatives de contact"
        constraints = [
            models.CheckConstraint(
                condition=Q(means__in=Means.values), name="followup_attempt_means_known"
            ),
            models.CheckConstraint(
                condition=Q(answered__in=Answered.values), name="followup_attempt_answer_known"
            ),
        ]
        triggers = [
            FrozenWhen(name="followup_attempt_is_frozen"),
            NeverDeleted(name="followup_attempt_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Tentative {self.pk}"
