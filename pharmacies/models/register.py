"""The narcotics register of each pharmacy (CSP art. R. 5132-36): ADR 0042."""

import uuid
from datetime import date
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q, Sum

from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted, Refuse
from pharmacies.enums import MovementKind, Shelf
from pharmacies.models.dispensation import InsertOnly
from pharmacies.models.papers import OfPharmacy, OrderSlip
from programmes.models import Pack


class Numbered(pgtrigger.Trigger):
    """The next number of the pharmacy and the balance, given by PostgreSQL whatever the code path.

    Writers of one pharmacy wait for each other on its head; a rollback gives the number back.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert

    def get_func(self, model: models.Model) -> str:  # noqa: ARG002
        return self.format_sql(
            """
            INSERT INTO pharmacies_registerhead (pharmacy_id, last_number)
            VALUES (NEW.pharmacy_id, 1)
            ON CONFLICT (pharmacy_id)
            DO UPDATE SET last_number = pharmacies_registerhead.last_number + 1
            RETURNING last_number INTO NEW.number;
            NEW.balance_after := NEW.change + COALESCE((
                SELECT balance_after FROM pharmacies_registerline
                WHERE pharmacy_id = NEW.pharmacy_id AND pack_id = NEW.pack_id
                AND shelf = NEW.shelf ORDER BY number DESC LIMIT 1
            ), 0);
            RETURN NEW;
            """
        )


_NOT_AS_DISPENSED = """NEW.kind = 'DISPENSATION' AND NOT EXISTS (
    SELECT FROM pharmacies_dispenseditem i
    JOIN pharmacies_dispensation d ON d.id = i.dispensation_id
    WHERE i.id = NEW.item_no AND d.pharmacy_id = NEW.pharmacy_id AND i.pack_id = NEW.pack_id
    AND i.batch = NEW.batch AND i.quantity = -NEW.change AND d.dispensed_on = NEW.happened_on
)"""
_NOT_ITS_OPPOSITE = """NEW.kind = 'CORRECTION' AND NOT EXISTS (
    SELECT FROM pharmacies_registerline l
    WHERE l.id = NEW.corrects_id AND l.pharmacy_id = NEW.pharmacy_id AND l.pack_id = NEW.pack_id
    AND l.shelf = NEW.shelf AND l.batch = NEW.batch AND l.change = -NEW.change
    AND l.kind <> 'CORRECTION'
)"""
_GAINS = [MovementKind.RECEIPT, MovementKind.PATIENT_RETURN]
_LOSES = [
    MovementKind.DISPENSATION,
    MovementKind.SUPPLIER_RETURN,
    MovementKind.DESTRUCTION,
    MovementKind.LOSS,
    MovementKind.THEFT,
]
# What already left a pharmacy, and what undoes an error, is never refused for want of a receipt.
_MAY_PASS_BELOW_ZERO = [MovementKind.DISPENSATION, MovementKind.CORRECTION]


class RegisterHead(models.Model):
    """The last number of each register. Moved by the trigger of the lines only."""

    never_deleted = True

    pharmacy = models.OneToOneField(
        Site, on_delete=models.PROTECT, primary_key=True, related_name="register_head"
    )
    last_number = models.PositiveIntegerField("dernier numéro")

    class Meta:
        verbose_name = "tête de registre"
        verbose_name_plural = "têtes de registre"
        triggers = [
            InsertOnly(name="pharmacies_register_begins_at_one", sql="NEW.last_number <> 1"),
            Refuse(
                name="pharmacies_register_skips_no_number",
                operation=pgtrigger.Update,
                sql="NEW.last_number <> OLD.last_number + 1 OR NEW.pharmacy_id <> OLD.pharmacy_id",
            ),
            NeverDeleted(name="register_head_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Registre {self.pk}"


class RegisterLineQuerySet(OfPharmacy["RegisterLine"]):
    def until(self, day: date) -> "RegisterLineQuerySet":
        """What had happened by the end of that day, whenever it was written."""
        return self.filter(happened_on__lte=day)

    def balances(self) -> dict[tuple[int, str], Decimal]:
        """The sum of these lines, by pack and shelf."""
        sums = self.order_by().values_list("pack", "shelf").annotate(total=Sum("change"))
        return {(pack, shelf): total for pack, shelf, total in sums}


class RegisterLine(models.Model):
    """Ligne du registre des stupéfiants: append-only, numbered per pharmacy without a gap.

    `number` and `balance_after` are given by PostgreSQL; they are right once read again.
    """

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="register_lines")
    number = models.PositiveIntegerField("numéro", default=0)
    kind = models.CharField("nature", max_length=16, choices=MovementKind)
    shelf = models.CharField("emplacement", max_length=10, choices=Shelf, default=Shelf.STOCK)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="register_lines")
    # Empty for the difference of an inventory.
    batch = models.CharField("numéro de lot", max_length=30, blank=True)
    expires_on = models.DateField("péremption", null=True, blank=True)
    # Units of dosage (mL, g, tablets): positive when they come, negative when they go.
    change = models.DecimalField("quantité", max_digits=12, decimal_places=4)
    balance_after = models.DecimalField("solde", max_digits=14, decimal_places=4, default=0)
    happened_on = models.DateField("date")
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="register_lines")
    # The dispensed item, by number: the register outlives the patient's data. ADR 0042.
    item_no = models.BigIntegerField(null=True, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    slip = models.ForeignKey(
        OrderSlip, on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    reference = models.CharField("référence", max_length=60, blank=True)
    # About things, never about a patient.
    reason = models.CharField("raison", max_length=200, blank=True)
    witness = models.CharField("témoin", max_length=120, blank=True)

    objects = RegisterLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du registre"
        verbose_name_plural = "lignes du registre"
        constraints = [
            models.UniqueConstraint(
                fields=["pharmacy", "number"], name="pharmacies_register_numbers_once"
            ),
            models.UniqueConstraint(
                fields=["item_no"],
                condition=Q(kind=MovementKind.DISPENSATION),
                name="pharmacies_register_tells_an_item_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values, shelf__in=Shelf.values),
                name="pharmacies_register_kind_known",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=_GAINS, change__gt=0) | Q(kind__in=_LOSES, change__lt=0))
                | (~Q(kind__in=[*_GAINS, *_LOSES]) & ~Q(change=0)),
                name="pharmacies_register_moves_the_right_way",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_MAY_PASS_BELOW_ZERO)
                | Q(balance_after__gte=0)
                | Q(change__gt=0),
                name="pharmacies_register_not_below_zero",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.DESTRUCTION) | ~Q(witness=""),
                name="pharmacies_destruction_has_witness",
            ),
            models.CheckConstraint(
                condition=Q(kind=MovementKind.CORRECTION, corrects__isnull=False)
                | (~Q(kind=MovementKind.CORRECTION) & Q(corrects=None)),
                name="pharmacies_correction_says_of_what",
            ),
            models.CheckConstraint(
                condition=~Q(
                    kind__in=[MovementKind.CORRECTION, MovementKind.LOSS, MovementKind.THEFT]
                )
                | ~Q(reason=""),
                name="pharmacies_register_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pharmacy", "pack", "shelf", "-number"], name="pharmacies_register_of_pack"
            ),
            models.Index(
                fields=["pharmacy", "happened_on"],
                include=["pack", "shelf", "change"],
                name="pharmacies_register_by_day",
            ),
            models.Index(fields=["batch"], name="pharmacies_register_batch"),
        ]
        triggers = [
            Numbered(name="pharmacies_register_numbers_itself"),
            InsertOnly(name="pharmacies_register_as_dispensed", sql=_NOT_AS_DISPENSED),
            InsertOnly(name="pharmacies_register_undoes_its_line", sql=_NOT_ITS_OPPOSITE),
            FrozenWhen(name="pharmacies_register_is_frozen"),
            NeverDeleted(name="register_line_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Ligne {self.public_id}"

    @property
    def is_corrected(self) -> bool:
        return hasattr(self, "correction")

    @property
    def lost(self) -> Decimal:
        return -self.change
