import uuid
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from core.db import same
from core.history import tracked
from programmes.enums import Form, Regime, Unit
from programmes.models.programme import Indication, Programme


class ProductQuerySet(models.QuerySet["Product"]):
    def available(self, programme: Programme, on: date) -> "ProductQuerySet":
        """Products of the programme that may be prescribed that day, both bounds included."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), programme=programme, valid_from__lte=on
        )


@tracked
class Product(models.Model):
    """Médicament à base de cannabis du programme. THC and CBD per unit of `unit`, in mg."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="products")
    indications = models.ManyToManyField(Indication, related_name="products")
    code = models.CharField("code", max_length=30)
    name = models.CharField("dénomination", max_length=120)
    form = models.CharField("forme", max_length=10, choices=Form)
    unit = models.CharField("unité", max_length=4, choices=Unit)
    route = models.CharField("voie", max_length=60)
    holder = models.CharField("exploitant", max_length=120)
    thc_mg_per_unit = models.DecimalField("THC (mg par unité)", max_digits=12, decimal_places=4)
    cbd_mg_per_unit = models.DecimalField("CBD (mg par unité)", max_digits=12, decimal_places=4)
    # As declared by the holder; the regime is compared to it before any rounding.
    thc_percent = models.DecimalField("THC déclaré (%)", max_digits=7, decimal_places=4)
    # Flowers are dispensed with a suitable medical device only.
    needs_vaporiser = models.BooleanField("vaporisateur nécessaire", default=False)
    valid_from = models.DateField("disponible depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=300)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = "médicament"
        verbose_name_plural = "médicaments"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"], name="programmes_product_code_unique"
            ),
            models.CheckConstraint(
                condition=Q(form__in=Form.values), name="programmes_product_form_known"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=Unit.values), name="programmes_product_unit_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    thc_mg_per_unit__gte=0, cbd_mg_per_unit__gte=0, thc_percent__range=(0, 100)
                ),
                name="programmes_product_strength_possible",
            ),
            # Flowers are inhaled with the medical device only (arrêté du 16 octobre 2020).
            models.CheckConstraint(
                condition=~Q(form=Form.FLOWER) | Q(unit=Unit.G, needs_vaporiser=True),
                name="programmes_product_flower_by_vaporiser",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductRegimeQuerySet(models.QuerySet["ProductRegime"]):
    def in_force(self, on: date) -> "ProductRegimeQuerySet":
        """Regimes that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class ProductRegime(models.Model):
    """Régime à une date: set by the manager, the computed value only contradicts."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="regimes")
    regime = models.CharField("régime", max_length=10, choices=Regime)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    source = models.CharField("source", max_length=200)

    objects = ProductRegimeQuerySet.as_manager()

    class Meta:
        verbose_name = "régime d’un médicament"
        verbose_name_plural = "régimes des médicaments"
        constraints = [
            models.CheckConstraint(
                condition=Q(regime__in=Regime.values), name="programmes_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_regime_dates_ordered",
            ),
            models.UniqueConstraint(
                fields=["product", "valid_from"], name="programmes_regime_starts_once"
            ),
            ExclusionConstraint(
                name="programmes_regime_one_a_day",
                expressions=[
                    (same("product"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Un régime s’applique déjà à cette période.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} – {self.get_regime_display()}"


@tracked
class Pack(models.Model):
    """Conditionnement d'un médicament: what leaves the pharmacy, never split when a bottle."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="packs")
    label = models.CharField("libellé", max_length=80)
    # In units of the product (mL, g, tablets).
    quantity = models.DecimalField("contenance", max_digits=12, decimal_places=4)
    cip13 = models.CharField("code CIP13", max_length=13, blank=True)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "conditionnement"
        verbose_name_plural = "conditionnements"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="programmes_pack_holds_something"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SupplyRuleQuerySet(models.QuerySet["SupplyRule"]):
    def in_force(self, on: date) -> "SupplyRuleQuerySet":
        """Rules that apply that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)

    def ordinary(self, on: date) -> "SupplyRule | None":
        """The limits of list I and II that day: of two rules, the one that began last."""
        rules = self.in_force(on).filter(regime=Regime.ORDINARY)
        return rules.order_by("-valid_from", "-pk").first()


@tracked
class SupplyRule(models.Model):
    """Limites de prescription et de délivrance d'un régime, as dated data with their source.

    For narcotics the constants of `prescriptions.rules` are the law; this row repeats them for
    display. For list I/II it is the only place.
    """

    regime = models.CharField("régime", max_length=10, choices=Regime)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # Whole days, the last one included.
    max_treatment_days = models.PositiveSmallIntegerField("durée maximale (jours)")
    # Months after the day of writing within which the first supply is asked.
    first_presentation_months = models.PositiveSmallIntegerField(
        "première présentation (mois)", null=True, blank=True
    )
    max_supply_days = models.PositiveSmallIntegerField("durée maximale par délivrance (jours)")
    source = models.CharField("source", max_length=200)

    objects = SupplyRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "limite de prescription et de délivrance"
        verbose_name_plural = "limites de prescription et de délivrance"
        constraints = [
            models.CheckConstraint(
                condition=Q(max_treatment_days__gte=1, max_supply_days__gte=1),
                name="programmes_supply_days_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_regime_display()} depuis le {self.valid_from}"
