"""One medicine of the page: what is typed of it, and the medicines to choose from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField

from core.fields import FrenchDecimalField, FrenchIntegerField
from core.numbers import french_number
from patients.models import Enrolment
from prescriptions import checks, known, rules, words
from prescriptions.actions.drafts import packs_in_force
from prescriptions.dosage import MAX_SIZES, Step
from prescriptions.typed import PACK_FIELDS, TypedLine
from prescriptions.wanted import Switch, WantedLine
from programmes.enums import Regime, SupplyLevel
from programmes.models import Pack, Product


Data = Mapping[str, str] | None

# Units of one intake. No legal source: a full bottle is not a dose.
MAX_DOSE = 1000
MAX_INTAKES = 24
# No legal source: a year of bottles of a week.
MAX_PACKS = 60


class Catalogue:
    """Medicines open to one enrolment on one day, with their packs and regimes."""

    def __init__(self, enrolment: Enrolment, on: date) -> None:
        products = list(checks.available_products(enrolment, on).order_by("name", "pk"))
        self.products = {str(product.public_id): product for product in products}
        self.regimes = checks.regimes_of(products, on)
        self.packs = {
            pk: sorted(packs, key=lambda pack: (-pack.quantity, pack.pk))[:MAX_SIZES]
            for pk, packs in packs_in_force([p.pk for p in products], on).items()
        }
        self.notices = known.notices(products, on)
        self.enrolment = enrolment

    @property
    def choices(self) -> list[tuple[str, str]]:
        told = {key: self._told(product) for key, product in self.products.items()}
        return [("", "Choisir un médicament"), *told.items()]

    def _told(self, product: Product) -> str:
        """The name, and what is wrong with its supply."""
        notice = self.notices.get(product.pk)
        return f"{product.name} – {notice.level.label.lower()}" if notice else product.name

    def packs_of(self, product: str) -> list[Pack]:
        """Packs of the product chosen, the largest first."""
        found = self.products.get(product)
        return self.packs.get(found.pk, []) if found else []

    def switch(self, replaces: str, reason: str) -> Switch | None:
        """What the line takes the place of; None for what no page sends."""
        if reason not in SupplyLevel.values:
            return None
        programme = Product.objects.filter(programme=self.enrolment.programme_id)
        product = next((one for one in programme if str(one.public_id) == replaces), None)
        if product is None:
            return None
        return Switch(product, reason, *checks.last_doses_of(self.enrolment, product))

    def attrs(self, value: str) -> dict[str, str]:
        """What prescription.js computes with."""
        product = self.products.get(value)
        if product is None:
            return {}
        sizes = [format(p.quantity.normalize(), "f") for p in self.packs.get(product.pk, [])]
        attrs = {
            "data-thc": str(product.thc_mg_per_unit),
            "data-cbd": str(product.cbd_mg_per_unit),
            "data-unit": words.unit_symbol(product.unit, product.form),
            "data-pack": ",".join(sizes),
            "data-pack-word": words.pack_word(product.form),
        }
        if self.regimes.get(product.pk, Regime.NARCOTIC) == Regime.NARCOTIC:
            attrs["data-narcotic"] = ""
        return attrs


class ProductSelect(forms.Select):
    catalogue: Catalogue

    def create_option(self, name: str, value: object, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= self.catalogue.attrs(str(value))
        return option


class StepForm(forms.Form):
    """Palier."""

    dose = FrenchDecimalField(label="Dose par prise", min_value=0, max_value=MAX_DOSE, decimals=3)
    intakes = FrenchIntegerField(label="Prises par jour", min_value=1, max_value=MAX_INTAKES)
    days = FrenchIntegerField(label="Jours", min_value=1, max_value=rules.MAX_LINE_DAYS)
    as_needed = forms.BooleanField(
        label="Si besoin\u202f: le nombre de prises est alors un maximum par jour", required=False
    )

    def clean_dose(self) -> Decimal:
        dose: Decimal = self.cleaned_data["dose"]
        if dose == 0:
            raise forms.ValidationError("La dose est supérieure à zéro.")
        return dose


class LineForm(forms.Form):
    """Médicament and how to take it."""

    product = forms.ChoiceField(label="Médicament", widget=ProductSelect)
    instructions = forms.CharField(
        label="Mode d’emploi",
        required=False,
        max_length=200,
        help_text="Imprimé sur l’ordonnance. N’écrivez pas le nom du patient.",
    )
    has_own_packs = forms.BooleanField(
        label="Choisir les conditionnements à la main",
        required=False,
        help_text="Sinon ils sont calculés d’après la posologie.",
    )
    replaces = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        for rank, pack_field in enumerate(PACK_FIELDS, start=1):
            self.fields[pack_field] = FrenchIntegerField(
                label=f"Conditionnement {rank}", min_value=0, max_value=MAX_PACKS, required=False
            )
        product = cast("forms.ChoiceField", self.fields["product"])
        cast("ProductSelect", product.widget).catalogue = catalogue
        product.choices = catalogue.choices

    @property
    def pack_fields(self) -> list[BoundField]:
        """One a size of pack; those that the product chosen does not have are hidden."""
        packs = self.catalogue.packs_of(str(self["product"].value() or ""))
        fields = [self[name] for name in PACK_FIELDS]
        for bound, pack in zip(fields, packs, strict=False):
            bound.label = pack.label
        for bound in fields[len(packs) :]:
            bound.label = ""
        return fields

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("has_own_packs") and not any(typed.get(name) for name in PACK_FIELDS):
            message = "Indiquez combien de conditionnements, ou laissez-les calculer."
            self.add_error("has_own_packs", message)
        return typed

    def clean_product(self) -> Product:
        return self.catalogue.products[self.cleaned_data["product"]]


class LineEntry:
    """One line of the page: its form and those of its steps."""

    def __init__(self, typed: TypedLine, number: int, catalogue: Catalogue, data: Data) -> None:
        self.prefix, self.number, self.index = f"line-{number}", number + 1, number
        first = typed.fields | self._own_packs(typed, catalogue)
        self.form = LineForm(data, prefix=self.prefix, initial=first, catalogue=catalogue)
        self.steps = [
            StepForm(data, prefix=f"{self.prefix}-step-{place}", initial=step)
            for place, step in enumerate(typed.steps)
        ]

    @staticmethod
    def _own_packs(typed: TypedLine, catalogue: Catalogue) -> dict[str, str]:
        """Counts of a saved line, each beside its size."""
        sold = catalogue.packs_of(typed.fields["product"])
        return {
            name: str(typed.own_packs[pack])
            for name, pack in zip(PACK_FIELDS, sold, strict=False)
            if pack in typed.own_packs
        }

    @property
    def replaced(self) -> str:
        """What the line takes the place of, in words; empty when it replaces nothing."""
        switch = self._switch(
            str(self.form["replaces"].value() or ""), str(self.form["reason"].value() or "")
        )
        if switch is None:
            return ""
        mg = (
            f"THC {french_number(switch.thc_mg)} mg, CBD {french_number(switch.cbd_mg)} mg par jour"
        )
        return f"{switch.product.name} ({SupplyLevel(switch.reason).label.lower()}), {mg}"

    def _switch(self, replaces: str, reason: str) -> Switch | None:
        return self.form.catalogue.switch(replaces, reason) if replaces else None

    @property
    def forms(self) -> list[forms.Form]:
        return [self.form, *self.steps]

    @property
    def wanted(self) -> WantedLine:
        typed, steps = self.form.cleaned_data, [step.cleaned_data for step in self.steps]
        product, switch = typed["product"], self._switch(typed["replaces"], typed["reason"])
        sold = self.form.catalogue.packs.get(product.pk, [])
        chosen = [
            (pack, typed[name])
            for name, pack in zip(PACK_FIELDS, sold, strict=False)
            if typed["has_own_packs"] and typed[name]
        ]
        return WantedLine(
            product,
            tuple(
                Step(step["dose"], step["intakes"], step["days"], step["as_needed"])
                for step in steps
            ),
            typed["instructions"],
            tuple(chosen),
            switch if switch and switch.product != product else None,
        )
