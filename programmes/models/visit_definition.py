from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member
from core.frozen import FrozenWhen, Refuse
from core.history import tracked
from programmes import rules
from programmes.enums import OpeningState, VisitKind
from programmes.models.programme import Programme


class VisitDefinitionQuerySet(models.QuerySet["VisitDefinition"]):
    def in_force(self, on: date) -> "VisitDefinitionQuerySet":
        """Published definitions for inclusions of that day, both bounds included."""
        still = Q(applies_to=None) | Q(applies_to__gte=on)
        return self.filter(still, applies_from__lte=on, state=OpeningState.PUBLISHED)

    def open_to(self, role: Role | str) -> "VisitDefinitionQuerySet":
        return self.filter(holders__contains=[role])

    def over(self, first: date, last: date | None) -> "VisitDefinitionQuerySet":
        """Published definitions for some inclusion of that period, both bounds included."""
        begun = Q() if last is None else Q(applies_from__lte=last)
        still = Q(applies_to=None) | Q(applies_to__gte=first)
        return self.filter(begun, still, state=OpeningState.PUBLISHED)


@tracked
class VisitDefinition(models.Model):
    """Consultation prévue par le programme: offset from inclusion, window, who may hold it.

    Drafted, then published by the programme manager; what is published is never rewritten.
    """

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField("code", max_length=6)
    # Months after inclusion, clamped to the month's end, never chained.
    offset_months = models.PositiveSmallIntegerField("mois après l’inclusion")
    # Days, bounds included. Outside: a reason is asked, nothing is refused.
    window_before_days = models.PositiveSmallIntegerField("fenêtre avant (jours)")
    window_after_days = models.PositiveSmallIntegerField("fenêtre après (jours)")
    kind = models.CharField("nature", max_length=8, choices=VisitKind)
    # Roles, in the order of `rules.MAY_HOLD`.
    holders = ArrayField(models.CharField(max_length=20, choices=Role), verbose_name="tenue par")
    applies_from = models.DateField("inclusions depuis le")
    applies_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)
    state = models.CharField(
        "état", max_length=10, choices=OpeningState, db_default=OpeningState.PUBLISHED.value
    )
    drafted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="visits_drafted"
    )
    published_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="visits_published"
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)

    objects = VisitDefinitionQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation prévue"
        verbose_name_plural = "consultations prévues"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code", "applies_from"],
                condition=Q(state=OpeningState.PUBLISHED),
                name="programmes_visit_code_unique",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitKind.values), name="programmes_visit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OpeningState.values), name="programmes_visit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    holders__contained_by=list(rules.MAY_HOLD),
                    holders__contains=[rules.ALWAYS_HOLDS],
                ),
                name="programmes_visit_holders_known",
            ),
            models.CheckConstraint(
                condition=Q(applies_to=None) | Q(applies_to__gte=F("applies_from")),
                name="programmes_visit_dates_ordered",
            ),
        ]
        triggers = [
            FrozenWhen(
                name="programmes_published_visit_stays",
                sql="OLD.state <> 'DRAFT'",
                may_change=["applies_to", "state"],
            ),
            Refuse(
                name="programmes_published_visit_no_draft",
                operation=pgtrigger.Update,
                sql="OLD.state <> 'DRAFT' AND NEW.state = 'DRAFT'",
            ),
            Refuse(
                name="programmes_published_visit_never_deleted",
                operation=pgtrigger.Delete,
                sql="OLD.state <> 'DRAFT'",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} – {self.code}"

    def is_for(self, included_on: date) -> bool:
        """Whether inclusions of that day follow it, both bounds included."""
        return self.applies_from <= included_on <= (self.applies_to or date.max)

    @property
    def held_by_words(self) -> str:
        """«Structure de référence, ou médecin relais»."""
        relay = ", ou médecin relais" if Role.RELAY_DOCTOR in self.holders else ""
        return f"Structure de référence{relay}"
