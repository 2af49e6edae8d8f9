import uuid
from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Member, Site
from core.frozen import FrozenWhen, Refuse
from core.history import tracked
from programmes.enums import LIMITS, OpeningKind, OpeningState
from programmes.models.programme import Indication, Programme


class OpeningQuerySet(models.QuerySet["Opening"]):
    def in_force(self, on: date) -> "OpeningQuerySet":
        """Published, and applying that day, both bounds included."""
        still = Q(valid_to=None) | Q(valid_to__gte=on)
        return self.filter(still, state=OpeningState.PUBLISHED, valid_from__lte=on)

    def limits(self) -> "OpeningQuerySet":
        return self.filter(kind__in=LIMITS)


@tracked
class Opening(models.Model):
    """Ouverture d'un programme: a limit of places, a closure, or the opinion that begins the end.

    Drafted, then published by the programme manager; without a release.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="openings")
    kind = models.CharField("nature", max_length=10, choices=OpeningKind)
    state = models.CharField("état", max_length=10, choices=OpeningState)
    # Of this indication or structure only; of each one when empty.
    indication = models.ForeignKey(
        Indication, on_delete=models.PROTECT, null=True, blank=True, related_name="openings"
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="openings"
    )
    # Patients followed at one time.
    places = models.PositiveIntegerField("places", null=True, blank=True)
    valid_from = models.DateField("à partir du")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # What a doctor reads: a whole sentence without its full stop.
    reason = models.CharField("motif", max_length=200, blank=True)
    source = models.CharField("source", max_length=200)
    drafted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="openings_drafted"
    )
    published_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="openings_published"
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "ouverture"
        verbose_name_plural = "ouvertures"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OpeningKind.values), name="programmes_opening_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OpeningState.values), name="programmes_opening_state_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_opening_dates_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state=OpeningState.PUBLISHED)
                | Q(kind__in=LIMITS, places__isnull=False, places__gte=1)
                | Q(places=None) & ~Q(kind__in=LIMITS),
                name="programmes_published_limit_has_places",
            ),
            models.CheckConstraint(
                condition=Q(indication=None) | Q(kind=OpeningKind.INDICATION),
                name="programmes_opening_indication_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(site=None) | Q(kind=OpeningKind.SITE),
                name="programmes_opening_site_of_its_kind",
            ),
        ]
        triggers = [
            FrozenWhen(
                name="programmes_published_opening_stays",
                sql="OLD.state <> 'DRAFT'",
                may_change=["valid_to", "state"],
            ),
            Refuse(
                name="programmes_published_opening_no_draft",
                operation=pgtrigger.Update,
                sql="OLD.state <> 'DRAFT' AND NEW.state = 'DRAFT'",
            ),
            Refuse(
                name="programmes_published_opening_never_deleted",
                operation=pgtrigger.Delete,
                sql="OLD.state <> 'DRAFT'",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"

    def may_end(self, on: date) -> bool:
        """Whether that day may become its last: what is over stays over."""
        published = self.state == OpeningState.PUBLISHED
        return published and (self.valid_to is None or self.valid_to > on)

    @property
    def is_limit(self) -> bool:
        return self.kind in LIMITS
