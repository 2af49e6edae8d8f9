import pgtrigger
from django.db import models
from django.db.models import Q

from core.frozen import Refuse
from core.history import tracked
from prescriptions import rules
from prescriptions.dosage import Step
from prescriptions.models.prescription import Prescription
from programmes.enums import Form, Regime, Unit
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
        return Step(self.dose, self.intakes_per_day, self.days)


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
