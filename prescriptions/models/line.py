import pgtrigger
from django.db import models
from django.db.models import Q

from core.frozen import Refuse
from core.history import tracked
from prescriptions import rules
from prescriptions.dosage import Step
from prescriptions.models.prescription import Prescription
from programmes.enums import Form, Regime, SupplyLevel, Unit
from programmes.models import Pack, Product


# A row that is moved leaves one prescription for another: both are looked at.
_SIGNED = """'DRAFT' <> ANY (
    SELECT status FROM prescriptions_prescription WHERE id IN ({old}, {new}) FOR SHARE
)"""
OF_LINE = "{row}.prescription_id"
_OF_PART = "(SELECT prescription_id FROM prescriptions_line WHERE id = {row}.line_id)"


def only_while_draft(name: str, parent: str) -> Refuse:
    """Refuse insert, update and delete of a row whose prescription is no longer a draft.

    :param parent: SQL of the prescription's id, from `{row}`
    """
    return Refuse(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        sql=_SIGNED.format(old=parent.format(row="OLD"), new=parent.format(row="NEW")),
    )


@tracked
class Line(models.Model):
    """Ligne d'ordonnance: one medicine, its dosage in steps; frozen with what was true that day."""

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField("rang")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lines")
    # Copies of the product as it was: the line is read without it.
    product_name = models.CharField("médicament", max_length=120)
    form = models.CharField("forme", max_length=10, choices=Form)
    unit = models.CharField("unité", max_length=4, choices=Unit)
    regime = models.CharField("régime", max_length=10, choices=Regime)
    thc_mg_per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    cbd_mg_per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    thc_percent = models.DecimalField(max_digits=7, decimal_places=4)
    # Days of all its steps together.
    days = models.PositiveSmallIntegerField("durée (jours)")
    # Units (mL, g, tablets) of all its steps together, before packs are rounded up.
    quantity = models.DecimalField("quantité", max_digits=12, decimal_places=4)
    # The packs were chosen by hand: they are not computed again when the draft is.
    has_own_packs = models.BooleanField("conditionnements choisis", default=False, db_default=False)
    # Guided switch during a shortage: from which medicine, why, and its daily mg at the end.
    replaces_product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_in"
    )
    replace_reason = models.CharField(
        "motif du remplacement",
        max_length=10,
        choices=SupplyLevel,
        blank=True,
        default="",
        db_default="",
    )
    replaced_thc_mg = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    replaced_cbd_mg = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    # Free text for the patient, under the enrolment's key.
    instructions_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = "ligne d’ordonnance"
        verbose_name_plural = "lignes d’ordonnance"
        constraints = [
            models.UniqueConstraint(
                fields=["prescription", "position"], name="prescriptions_line_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(regime__in=Regime.values), name="prescriptions_line_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(days__range=(1, rules.MAX_LINE_DAYS)),
                name="prescriptions_line_days_possible",
            ),
            models.CheckConstraint(
                condition=Q(regime=Regime.ORDINARY) | Q(days__lte=rules.MAX_NARCOTIC_DAYS),
                name="prescriptions_narcotic_line_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="prescriptions_line_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    replaces_product=None,
                    replace_reason="",
                    replaced_thc_mg=None,
                    replaced_cbd_mg=None,
                )
                | Q(
                    replaces_product__isnull=False,
                    replace_reason__in=SupplyLevel.values,
                    replaced_thc_mg__gte=0,
                    replaced_cbd_mg__gte=0,
                ),
                name="prescriptions_line_switch_whole",
            ),
            models.CheckConstraint(
                condition=Q(replaces_product=None) | ~Q(replaces_product=models.F("product")),
                name="prescriptions_line_switch_to_another",
            ),
        ]
        triggers = [only_while_draft("prescriptions_line_is_frozen", OF_LINE)]

    def __str__(self) -> str:
        return f"Ligne {self.pk}"


@tracked
class DoseStep(models.Model):
    """Palier de posologie: a dose, so many times a day, for so many days."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField("rang")
    # Units (mL, g, tablets) of one intake.
    dose = models.DecimalField("dose par prise", max_digits=12, decimal_places=4)
    intakes_per_day = models.PositiveSmallIntegerField("prises par jour")
    days = models.PositiveSmallIntegerField("jours")
    # «Si besoin»: the number of intakes is then the most in a day.
    as_needed = models.BooleanField("si besoin", default=False, db_default=False)

    class Meta:
        verbose_name = "palier"
        verbose_name_plural = "paliers"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "position"], name="prescriptions_step_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(dose__gt=0, intakes_per_day__range=(1, 24), days__gte=1),
                name="prescriptions_step_possible",
            ),
        ]
        triggers = [only_while_draft("prescriptions_step_is_frozen", _OF_PART)]

    def __str__(self) -> str:
        return f"Palier {self.pk}"

    @property
    def as_step(self) -> Step:
        return Step(self.dose, self.intakes_per_day, self.days, self.as_needed)


@tracked
class LinePack(models.Model):
    """Conditionnement prescrit: a line may mix several packs of one medicine."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="packs")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="prescribed")
    count = models.PositiveSmallIntegerField("nombre")

    class Meta:
        verbose_name = "conditionnement prescrit"
        verbose_name_plural = "conditionnements prescrits"
        constraints = [
            models.UniqueConstraint(fields=["line", "pack"], name="prescriptions_pack_once_a_line"),
            models.CheckConstraint(
                condition=Q(count__gte=1), name="prescriptions_pack_count_positive"
            ),
        ]
        triggers = [only_while_draft("prescriptions_pack_is_frozen", _OF_PART)]

    def __str__(self) -> str:
        return f"Conditionnement {self.pk}"
