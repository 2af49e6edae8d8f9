"""What was reviewed of the trail, by whom, and when it is due again."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from core.months import add_months
from record.enums import ReviewKind


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, member: Member) -> "SavedFilterQuerySet":
        """One's own, and those that somebody of the same place shares."""
        shared = Q(is_shared=True, owner__site=member.site_id)
        return self.filter(Q(owner=member.pk) | shared)


class SavedFilter(models.Model):
    """Filtre enregistré: a worklist under a name, for oneself or for one's place."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="saved_filters")
    name = models.CharField("nom", max_length=60)
    # The part of an address after «?»: codes of lists, no name and no number.
    query = models.CharField("filtres", max_length=300)
    is_shared = models.BooleanField("partagé avec le lieu", default=False)
    saved_at = models.DateTimeField("enregistré le")

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = "filtre enregistré"
        verbose_name_plural = "filtres enregistrés"
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="record_filter_named_once"),
        ]

    def __str__(self) -> str:
        return f"Filtre {self.public_id}"


@tracked
class ReviewRule(models.Model):
    """Réglage d'une revue: its thresholds and how often it is due. Data, not law (ADR 0107)."""

    kind = models.CharField("revue", max_length=20, choices=ReviewKind, unique=True)
    # Name of a threshold → number; the names stand in `record.reviews.PARAMETERS`.
    parameters = models.JSONField("seuils", default=dict)
    every_months = models.PositiveSmallIntegerField("fréquence (mois)", default=1)

    class Meta:
        verbose_name = "réglage d’une revue"
        verbose_name_plural = "réglages des revues"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ReviewKind.values), name="record_review_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(every_months__range=(1, 24)), name="record_review_comes_again"
            ),
        ]

    def __str__(self) -> str:
        return f"Réglage {self.kind}"


class Review(models.Model):
    """Revue de traçabilité faite et signée: what was looked at, how much was found, what of it."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("revue", max_length=20, choices=ReviewKind)
    # Both included.
    since = models.DateField("du")
    until = models.DateField("au")
    parameters = models.JSONField("seuils")
    found = models.PositiveIntegerField("cas trouvés")
    signed_at = models.DateTimeField("signée le")
    signed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reviews")
    # Free text, under a key of its own.
    key_id = models.UUIDField(null=True, editable=False)
    remark_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = "revue de traçabilité"
        verbose_name_plural = "revues de traçabilité"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ReviewKind.values), name="record_review_known"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="record_review_period_ordered"
            ),
            models.CheckConstraint(
                condition=Q(remark_sealed=None) | Q(key_id__isnull=False),
                name="record_review_remark_has_key",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-until"], name="record_review_last")]
        triggers = [
            FrozenWhen("record_review_is_frozen"),
            NeverDeleted("record_review_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Revue {self.public_id}"

    def due_again(self, every_months: int) -> date:
        return add_months(self.until, every_months)
