import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from programmes.enums import SupplyLevel
from programmes.models.product import Product


class SupplyNoticeQuerySet(models.QuerySet["SupplyNotice"]):
    def in_force(self, on: date) -> "SupplyNoticeQuerySet":
        """Notices that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class SupplyNotice(models.Model):
    """Avis national d'approvisionnement: what is missing, since when, and what may replace it.

    Without a notice in force a medicine that is on the list is available.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="notices")
    level = models.CharField("situation", max_length=10, choices=SupplyLevel)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # What prescribers and pharmacists read.
    message = models.CharField("avis", max_length=400)
    # Nobody is to begin with this medicine while the notice lasts (April 2023: pure CBD).
    suspends_initiation = models.BooleanField("initiations suspendues", default=False)
    substitutes = models.ManyToManyField(Product, related_name="replaces_in")
    source = models.CharField("source", max_length=200)

    objects = SupplyNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "avis d’approvisionnement"
        verbose_name_plural = "avis d’approvisionnement"
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=SupplyLevel.values), name="programmes_notice_level_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_notice_dates_ordered",
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(valid_to=None),
                name="programmes_notice_one_open_a_product",
            ),
        ]

    def __str__(self) -> str:
        return f"Avis {self.public_id}"
