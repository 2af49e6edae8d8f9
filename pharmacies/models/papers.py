"""What a pharmacy keeps beside the lines of its register: slips, balances, inventories, copies."""

import uuid
from decimal import Decimal
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted
from pharmacies.enums import Kept, Medium
from prescriptions import words as letters
from programmes.models import Pack


Row = TypeVar("Row", bound=models.Model)


# What JSON keeps as text, so that no digit is lost.
_QUANTITIES = ("opening", "entries", "exits", "closing", "expected", "counted", "difference")


def quantities(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Frozen rows with their quantities as decimals."""
    return [
        {name: Decimal(str(told)) if name in _QUANTITIES else told for name, told in row.items()}
        for row in rows
    ]


class OfPharmacy(models.QuerySet[Row]):
    """Rows of one pharmacy: seen by its pharmacists, by nobody else."""

    def visible_to(self, member: Member) -> Self:
        if member.role != Role.PHARMACIST:
            return self.none()
        return self.filter(pharmacy=member.site_id)


class OrderSlipQuerySet(OfPharmacy["OrderSlip"]):
    pass


class OrderSlip(models.Model):
    """Bon de commande de stupéfiants, numbered in the stub book of the Ordre (R. 5132-28)."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="order_slips")
    slip_number = models.CharField("numéro du bon", max_length=30)
    supplier = models.CharField("fournisseur", max_length=120)
    ordered_on = models.DateField("commandé le")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="ordered")
    packs = models.PositiveSmallIntegerField("nombre de conditionnements")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="order_slips")

    objects = OrderSlipQuerySet.as_manager()

    class Meta:
        verbose_name = "bon de commande"
        verbose_name_plural = "bons de commande"
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "slip_number", "pack"], name="pharmacies_slip_once"
            ),
            models.CheckConstraint(
                condition=Q(packs__gte=1) & ~Q(slip_number=""), name="pharmacies_slip_says_what"
            ),
        ]
        triggers = [
            FrozenWhen(name="pharmacies_slip_is_frozen"),
            NeverDeleted(name="slip_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Bon {self.slip_number}"

    @property
    def in_letters(self) -> str:
        """As slip 1 must say it (R. 5132-28)."""
        product = self.pack.product
        return letters.packs(self.packs, self.pack.quantity, product.unit, product.form)


class RegisterMonthQuerySet(OfPharmacy["RegisterMonth"]):
    pass


class RegisterMonth(models.Model):
    """Balance mensuelle, frozen: the lines after those of the month before, up to `last_number`."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="register_months")
    # Its first day.
    month = models.DateField("mois")
    first_number = models.PositiveIntegerField("première ligne")
    last_number = models.PositiveIntegerField("dernière ligne")
    # One row a pack and shelf, with the names and quantities as they were printed.
    rows = models.JSONField("balance")
    closed_at = models.DateTimeField("arrêtée le")
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="register_months")

    objects = RegisterMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "balance mensuelle"
        verbose_name_plural = "balances mensuelles"
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "month"], name="pharmacies_month_closed_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="pharmacies_month_is_a_month"),
            models.CheckConstraint(
                condition=Q(last_number__gte=F("first_number") - 1),
                name="pharmacies_month_goes_forward",
            ),
        ]
        triggers = [
            FrozenWhen(name="pharmacies_month_is_frozen"),
            NeverDeleted(name="register_month_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Balance {self.public_id}"

    @property
    def table(self) -> list[dict[str, object]]:
        return quantities(self.rows)


class InventoryQuerySet(OfPharmacy["Inventory"]):
    pass


class Inventory(models.Model):
    """Inventaire annuel: what was counted, what the register said, and the difference."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="inventories")
    counted_on = models.DateField("compté le")
    # One row a pack and shelf: label, expected, counted, difference.
    rows = models.JSONField("comptage")
    note = models.CharField("observations", max_length=300, blank=True)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="inventories")

    objects = InventoryQuerySet.as_manager()

    class Meta:
        verbose_name = "inventaire"
        verbose_name_plural = "inventaires"
        constraints = [
            models.CheckConstraint(condition=~Q(rows=[]), name="pharmacies_inventory_counts"),
        ]
        triggers = [
            FrozenWhen(name="pharmacies_inventory_is_frozen"),
            NeverDeleted(name="inventory_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Inventaire {self.public_id}"

    @property
    def table(self) -> list[dict[str, object]]:
        return quantities(self.rows)


class RegisterCopyQuerySet(OfPharmacy["RegisterCopy"]):
    pass


class RegisterCopy(models.Model):
    """Copie remise à la pharmacie, on one of its two supports: of its register, or of the
    prescriptions it dispensed."""

    never_deleted = True

    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="register_copies")
    subject = models.CharField(
        "papiers", max_length=8, choices=Kept, default=Kept.REGISTER, db_default=Kept.REGISTER
    )
    medium = models.CharField("support", max_length=3, choices=Medium)
    # Of the register: its last line; of the prescriptions: the last dispensation recorded.
    last_number = models.PositiveIntegerField("jusqu’à la ligne")
    sha256 = models.BinaryField()
    made_at = models.DateTimeField("remise le")
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="register_copies")

    objects = RegisterCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "copie du registre"
        verbose_name_plural = "copies du registre"
        constraints = [
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values, subject__in=Kept.values),
                name="pharmacies_medium_known",
            ),
        ]
        indexes = [models.Index(fields=["pharmacy", "-made_at"], name="pharmacies_copies")]
        triggers = [
            FrozenWhen(name="pharmacies_copy_is_frozen"),
            NeverDeleted(name="register_copy_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Copie {self.pk}"
