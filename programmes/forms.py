"""What a manager types about medicines: it is checked and nothing is saved."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from core.fields import FrenchDateField, FrenchDecimalField
from programmes.actions import NoticeText, ProductFacts
from programmes.enums import Form, Regime, SupplyLevel
from programmes.models import Indication, Pack, Product, Programme


Data = Mapping[str, Any] | None

# Figures of a CIP code.
CIP_FIGURES = 13

SOURCE_HINT = "Texte, décision, ou document de l’exploitant, avec sa date."


def _source() -> forms.CharField:
    return forms.CharField(label="Source", max_length=200, help_text=SOURCE_HINT)


class IndicationField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Indication) -> str:
        return obj.label


class ProductField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Product) -> str:
        return obj.name


class ProductForm(forms.Form):
    """What may change of a medicine that is on the list."""

    name = forms.CharField(label="Dénomination", max_length=120)
    route = forms.CharField(label="Voie", max_length=60)
    holder = forms.CharField(label="Exploitant", max_length=120)
    valid_from = FrenchDateField(label="Prescriptible depuis le")
    valid_to = FrenchDateField(label="Jusqu’au (inclus)", required=False)
    source = _source()

    def __init__(self, data: Data, *, programme: Programme, product: Product | None = None) -> None:
        super().__init__(data, initial=self._first(product))
        indications = Indication.objects.filter(programme=programme).order_by("label")
        self.fields["indications"] = IndicationField(
            indications, label="Indications", widget=forms.CheckboxSelectMultiple
        )
        if product is not None:
            self.initial["indications"] = [one.pk for one in product.indications.all()]

    @staticmethod
    def _first(product: Product | None) -> dict[str, Any]:
        if product is None:
            return {}
        names = ("name", "route", "holder", "valid_from", "valid_to", "source")
        return {name: getattr(product, name) for name in names}

    @property
    def facts(self) -> ProductFacts:
        said = self.cleaned_data
        return ProductFacts(
            name=said["name"],
            route=said["route"],
            holder=said["holder"],
            valid_from=said["valid_from"],
            valid_to=said["valid_to"],
            indications=list(said["indications"]),
            source=said["source"],
        )


class NewProductForm(ProductForm):
    """Also what never changes: code, form, strength."""

    code = forms.SlugField(
        label="Code", max_length=30, help_text="Court, unique dans le programme."
    )
    form = forms.ChoiceField(label="Forme", choices=Form.choices, widget=forms.RadioSelect)
    thc_mg = FrenchDecimalField(
        label="THC par unité (mg par mL, par g ou par comprimé)",
        min_value=0,
        max_value=1000,
        decimals=4,
    )
    cbd_mg = FrenchDecimalField(
        label="CBD par unité (mg par mL, par g ou par comprimé)",
        min_value=0,
        max_value=1000,
        decimals=4,
    )
    thc_percent = FrenchDecimalField(
        label="THC déclaré par l’exploitant (%)",
        min_value=0,
        max_value=100,
        decimals=4,
        help_text="Comparé à 0,30\u202f% sans arrondi. 3 mg/mL font 0,3\u202f%.",
    )
    field_order = ("code", "name", "form", "thc_mg", "cbd_mg", "thc_percent", "route", "holder")

    @property
    def strength(self) -> tuple[Decimal, Decimal, Decimal]:
        said = self.cleaned_data
        return said["thc_mg"], said["cbd_mg"], said["thc_percent"]


class RegimeForm(forms.Form):
    """Régime à partir d'une date."""

    regime = forms.ChoiceField(label="Régime", choices=Regime.choices, widget=forms.RadioSelect)
    valid_from = FrenchDateField(label="À partir du")
    source = _source()


class PackForm(forms.Form):
    label = forms.CharField(label="Libellé", max_length=80, help_text="Par exemple Flacon de 50 mL")
    quantity = FrenchDecimalField(
        label="Contenance (mL, g ou comprimés)", min_value=0, max_value=10_000, decimals=4
    )
    cip13 = forms.RegexField(
        label="Code CIP13",
        regex=rf"^[0-9]{{{CIP_FIGURES}}}$",
        required=False,
        error_messages={"invalid": "Le code CIP13 a 13 chiffres."},
    )
    valid_from = FrenchDateField(label="En vente depuis le")

    def clean_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["quantity"]
        if quantity == 0:
            raise forms.ValidationError("La contenance est supérieure à zéro.")
        return quantity


class PackField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Pack) -> str:
        return obj.label


class EndPackForm(forms.Form):
    on = FrenchDateField(label="Dernier jour de vente")

    def __init__(self, data: Data, *, product: Product) -> None:
        super().__init__(data)
        sold = product.packs.filter(valid_to=None).order_by("-quantity", "pk")
        field = PackField(sold, label="Conditionnement", empty_label="Choisir")
        self.fields = {"pack": field, **self.fields}


class NoticeForm(forms.Form):
    """Avis national."""

    level = forms.ChoiceField(
        label="Situation", choices=SupplyLevel.choices, widget=forms.RadioSelect
    )
    valid_from = FrenchDateField(label="À partir du")
    message = forms.CharField(
        label="Avis",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par les prescripteurs sur l’ordonnance. Aucun nom de personne.",
    )
    suspends_initiation = forms.BooleanField(
        label="Suspendre les initiations avec ce médicament", required=False
    )
    source = _source()

    def __init__(self, data: Data, *, product: Product, today: date) -> None:
        super().__init__(data, initial={"valid_from": today})
        others = Product.objects.available(product.programme, today).exclude(pk=product.pk)
        self.fields["substitutes"] = ProductField(
            others.order_by("name", "pk"),
            label="Peut être remplacé par",
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["level", "valid_from", "message", "substitutes"])

    @property
    def text(self) -> NoticeText:
        said = self.cleaned_data
        substitutes: Sequence[Product] = list(said["substitutes"])
        return NoticeText(
            level=SupplyLevel(said["level"]),
            valid_from=said["valid_from"],
            message=said["message"],
            suspends_initiation=said["suspends_initiation"],
            substitutes=substitutes,
            source=said["source"],
        )


class DayForm(forms.Form):
    on = FrenchDateField(label="Dernier jour de l’avis")
