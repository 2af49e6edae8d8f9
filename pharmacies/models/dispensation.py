import uuid
from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted, Refuse
from core.history import tracked
from patients.models import Enrolment
from pharmacies import rules
from pharmacies.enums import (
    BearerKind,
    BrokenRule,
    OverrideReason,
    UndoReason,
    WithdrawalReason,
)
from prescriptions.models import Line, Prescription
from programmes.models import Pack, Programme


class InsertOnly(Refuse):
    """Refuse an insert; `first` is run before, so that what it locks is read afterwards."""

    def __init__(self, *, name: str, sql: str, first: str = "") -> None:
        self.first = first
        super().__init__(name=name, operation=pgtrigger.Insert, sql=sql)

    def get_func(self, model: models.Model) -> str:
        return f"{self.first}\n{super().get_func(model)}"


_SIGNED_BY_THEN = """NOT EXISTS (
    SELECT FROM prescriptions_prescription p
    WHERE p.id = NEW.prescription_id AND p.status = 'SIGNED' AND p.signed_on <= NEW.presented_on
)"""
_OF_ITS_PRESENTATION = """NOT EXISTS (
    SELECT FROM pharmacies_received r
    JOIN prescriptions_prescription p ON p.id = r.prescription_id
    WHERE r.id = NEW.received_id AND r.prescription_id = NEW.prescription_id
    AND p.enrolment_id = NEW.enrolment_id AND p.status = 'SIGNED'
    AND r.presented_on <= NEW.dispensed_on AND r.withdrawn_at IS NULL
)"""
# The lock makes a dispensation and the withdrawal of its presentation wait for each other.
_LOCK_PRESENTATION = "PERFORM id FROM pharmacies_received WHERE id = NEW.received_id FOR SHARE;"
_IN_USE = """NEW.withdrawn_at IS NOT NULL AND EXISTS (
    SELECT FROM pharmacies_dispensation d WHERE d.received_id = NEW.id
    AND NOT EXISTS (SELECT FROM pharmacies_undone u WHERE u.dispensation_id = d.id)
)"""
_OF_ITS_LINE = """NOT EXISTS (
    SELECT FROM prescriptions_line l
    JOIN pharmacies_dispensation d ON d.prescription_id = l.prescription_id
    JOIN programmes_pack k ON k.product_id = l.product_id
    WHERE l.id = NEW.line_id AND d.id = NEW.dispensation_id AND k.id = NEW.pack_id
)"""
# What was already handed over is written as it was, with the rule it broke: ADR 0044.
_EXPIRED = """NEW.expires_on < (
    SELECT dispensed_on FROM pharmacies_dispensation
    WHERE id = NEW.dispensation_id AND NOT already_made
)"""
# The lock makes two items of one line wait for each other, whatever the code path.
_LOCK_LINE = "PERFORM id FROM prescriptions_line WHERE id = NEW.line_id FOR UPDATE;"
_MORE_THAN_PRESCRIBED = """NEW.days + COALESCE(
    (
        SELECT sum(i.days) FROM pharmacies_dispenseditem i WHERE i.line_id = NEW.line_id
        AND NOT EXISTS (
            SELECT FROM pharmacies_undone u WHERE u.dispensation_id = i.dispensation_id
        )
    ), 0
) > (SELECT l.days FROM prescriptions_line l WHERE l.id = NEW.line_id)
AND NOT (SELECT already_made FROM pharmacies_dispensation WHERE id = NEW.dispensation_id)"""


class ReceivedQuerySet(models.QuerySet["Received"]):
    def standing(self) -> "ReceivedQuerySet":
        """Those that were not withdrawn: the only ones that count."""
        return self.filter(withdrawn_at=None)


@tracked
class Received(models.Model):
    """Ordonnance présentée à une pharmacie («présentée, commandée»): the day that drives the
    3-day rule, whenever the medicine is handed over. One standing row a fraction; a wrong day is
    withdrawn, once and for ever, and stays as it was written (ADR 0148)."""

    never_deleted = True

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="received"
    )
    # 1 for the whole prescription or its first fraction.
    fraction_no = models.PositiveSmallIntegerField("fraction", default=1)
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="received")
    presented_on = models.DateField("présentée le")
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="received")
    withdrawn_at = models.DateTimeField("annulée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawn_received"
    )
    withdrawal_reason = models.CharField(
        "raison de l’annulation",
        max_length=12,
        choices=WithdrawalReason,
        blank=True,
        default="",
        db_default="",
    )

    objects = ReceivedQuerySet.as_manager()

    class Meta:
        verbose_name = "ordonnance présentée"
        verbose_name_plural = "ordonnances présentées"
        constraints = [
            models.UniqueConstraint(
                fields=["prescription", "fraction_no"],
                condition=Q(withdrawn_at=None),
                name="pharmacies_received_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")
                | Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawal_reason__in=WithdrawalReason.values,
                ),
                name="pharmacies_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(fraction_no__gte=1), name="pharmacies_fraction_counts_from_one"
            ),
        ]
        triggers = [
            InsertOnly(name="pharmacies_received_once_signed", sql=_SIGNED_BY_THEN),
            FrozenWhen(
                name="pharmacies_received_is_frozen",
                may_change=("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
            ),
            FrozenWhen(name="pharmacies_withdrawal_is_frozen", sql="OLD.withdrawn_at IS NOT NULL"),
            Refuse(
                name="pharmacies_withdrawn_beneath_nothing",
                operation=pgtrigger.Update,
                sql=_IN_USE,
            ),
            NeverDeleted(name="received_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Présentée {self.pk}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class DispensationQuerySet(models.QuerySet["Dispensation"]):
    def visible_to(self, member: Member) -> "DispensationQuerySet":
        """Dispensations of the doctor's enrolments; for a pharmacist, of their own pharmacy."""
        if member.role != Role.PHARMACIST:
            return self.filter(enrolment__in=Enrolment.objects.visible_to(member))
        return self.filter(
            pharmacy=member.site_id,
            enrolment__programme__in=Programme.objects.visible_to(member),
        )

    def served_to(self, member: Member, at: datetime) -> "DispensationQuerySet":
        """As `visible_to`; for a pharmacist, only while the pharmacy serves the patient: something
        was handed over in the last 12 months, or this was written since yesterday."""
        visible = self.visible_to(member)
        if member.role != Role.PHARMACIST:
            return visible
        lately = Dispensation.objects.filter(
            enrolment=OuterRef("enrolment"),
            pharmacy=member.site_id,
            dispensed_on__gt=rules.served_after(member.site.local_day(at)),
            undone=None,
        )
        return visible.filter(Exists(lately) | Q(recorded_at__gt=at - timedelta(days=1)))

    def standing(self) -> "DispensationQuerySet":
        """Those that no counter-entry undid."""
        return self.filter(undone=None)


@tracked
class Dispensation(models.Model):
    """Délivrance: what left the pharmacy for one patient, on one prescription."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="dispensations"
    )
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="dispensations")
    received = models.ForeignKey(Received, on_delete=models.PROTECT, related_name="dispensations")
    # 1, 2, 3… within the prescription: two pharmacists at one instant cannot both be next.
    sequence_no = models.PositiveSmallIntegerField("rang")
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="dispensations")
    dispensed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="dispensations")
    dispensed_on = models.DateField("délivrée le")
    recorded_at = models.DateTimeField("enregistrée le")
    bearer = models.CharField("remise à", max_length=10, choices=BearerKind)
    # Name, address and identity document of a bearer who is not the patient (R. 5132-35).
    bearer_sealed = models.BinaryField(null=True, blank=True)
    with_vaporiser = models.BooleanField("vaporisateur remis", default=False)
    override_reason = models.CharField("motif", max_length=20, choices=OverrideReason, blank=True)
    override_note_sealed = models.BinaryField(null=True, blank=True)
    # Advice given to the patient or the bearer, whatever its length.
    is_counselled = models.BooleanField("conseils donnés", default=False)
    # Handed over before anybody wrote it here: told with its true dates, never refused.
    already_made = models.BooleanField("saisie après coup", default=False)
    # Values of BrokenRule.
    broken_rules = models.JSONField("règles non respectées", default=list, blank=True)

    objects = DispensationQuerySet.as_manager()

    class Meta:
        verbose_name = "dispensation"
        verbose_name_plural = "dispensations"
        constraints = [
            models.UniqueConstraint(
                fields=["prescription", "sequence_no"], name="pharmacies_dispensed_in_turn"
            ),
            models.CheckConstraint(
                condition=Q(sequence_no__gte=1), name="pharmacies_sequence_counts_from_one"
            ),
            models.CheckConstraint(
                condition=Q(bearer__in=BearerKind.values), name="pharmacies_bearer_known"
            ),
            models.CheckConstraint(
                condition=Q(bearer=BearerKind.PATIENT) | Q(bearer_sealed__isnull=False),
                name="pharmacies_carer_is_named",
            ),
            models.CheckConstraint(
                condition=Q(override_reason="") | Q(override_reason__in=OverrideReason.values),
                name="pharmacies_override_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(broken_rules=[]) | Q(already_made=True),
                name="pharmacies_a_rule_is_broken_only_before",
            ),
        ]
        indexes = [
            models.Index(fields=["enrolment", "-dispensed_on"], name="pharmacies_of_enrolment"),
            models.Index(fields=["pharmacy", "-recorded_at"], name="pharmacies_of_pharmacy"),
        ]
        triggers = [
            InsertOnly(
                name="pharmacies_dispensed_once_presented",
                sql=_OF_ITS_PRESENTATION,
                first=_LOCK_PRESENTATION,
            ),
            FrozenWhen(name="pharmacies_dispensation_is_frozen"),
            NeverDeleted(name="dispensation_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Dispensation {self.public_id}"

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undone")

    @property
    def broken(self) -> list[str]:
        """The rules it broke, in French."""
        return [BrokenRule(code).label for code in self.broken_rules]


@tracked
class DispensedItem(models.Model):
    """Produit délivré: packs of one batch, for so many days of one line."""

    never_deleted = True

    dispensation = models.ForeignKey(Dispensation, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="dispensed")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="dispensed")
    batch = models.CharField("numéro de lot", max_length=30)
    expires_on = models.DateField("péremption")
    packs = models.PositiveSmallIntegerField("nombre de conditionnements")
    # Days of treatment this item stands for; the sum over a line never passes the line's days.
    # Several batches of one line in one dispensation: the first item bears them, the others 0.
    days = models.PositiveSmallIntegerField("jours de traitement")
    # Units due for these days, and units handed over: a bottle cannot be split.
    quantity_due = models.DecimalField("quantité due", max_digits=12, decimal_places=4)
    quantity = models.DecimalField("quantité remise", max_digits=12, decimal_places=4)

    class Meta:
        verbose_name = "produit délivré"
        verbose_name_plural = "produits délivrés"
        constraints = [
            models.CheckConstraint(
                condition=Q(packs__gte=1, quantity__gt=0), name="pharmacies_item_holds_something"
            ),
            models.CheckConstraint(condition=~Q(batch=""), name="pharmacies_item_has_batch"),
            models.CheckConstraint(
                condition=Q(quantity_due__gte=0, quantity_due__lte=F("quantity")) | Q(days=0),
                name="pharmacies_item_covers_what_is_due",
            ),
        ]
        # Typed in capitals or not: a recall must find it.
        indexes = [models.Index(Upper("batch"), name="pharmacies_item_batch")]
        triggers = [
            InsertOnly(name="pharmacies_item_of_its_line", sql=_OF_ITS_LINE),
            InsertOnly(name="pharmacies_item_not_expired", sql=_EXPIRED),
            InsertOnly(
                name="pharmacies_never_more_than_prescribed",
                sql=_MORE_THAN_PRESCRIBED,
                first=_LOCK_LINE,
            ),
            FrozenWhen(name="pharmacies_item_is_frozen"),
            NeverDeleted(name="item_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Produit délivré {self.pk}"


@tracked
class Undone(models.Model):
    """Contre-écriture d'une dispensation: it never counted, and stays as it was written."""

    never_deleted = True

    dispensation = models.OneToOneField(
        Dispensation, on_delete=models.PROTECT, related_name="undone"
    )
    reason = models.CharField("raison", max_length=16, choices=UndoReason)
    recorded_at = models.DateTimeField("annulée le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="undone")

    class Meta:
        verbose_name = "dispensation annulée"
        verbose_name_plural = "dispensations annulées"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=UndoReason.values), name="pharmacies_undo_reason_known"
            ),
        ]
        triggers = [
            FrozenWhen(name="pharmacies_undone_is_frozen"),
            NeverDeleted(name="undone_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Annulation {self.pk}"
