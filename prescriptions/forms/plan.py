"""What is typed of a plan: a template to begin with, then steps that stay editable."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from core.fields import FrenchDateField, FrenchDecimalField, FrenchIntegerField
from patients.models import Enrolment
from prescriptions import checks, stairs
from prescriptions.dosage import Step
from prescriptions.enums import Cannabinoid, PlanKind
from prescriptions.forms.line import MAX_DOSE, MAX_INTAKES
from prescriptions.stairs import Template
from programmes.enums import Unit
from programmes.models import Product


# No legal source: a slow weaning has nine steps.
MAX_PLAN_STEPS = 20


class ProductField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Product) -> str:
        return obj.name


class PlanForm(forms.Form):
    """Which medicine, which template, from which day."""

    starts_on = FrenchDateField(label="Commence le")
    template = forms.ChoiceField(label="Modèle", widget=forms.RadioSelect)
    intakes = FrenchIntegerField(label="Prises par jour", min_value=1, max_value=MAX_INTAKES)
    dose = FrenchDecimalField(
        label="Dose actuelle par prise",
        min_value=0,
        max_value=MAX_DOSE,
        decimals=3,
        required=False,
        help_text="En mL, g ou comprimés. Le premier palier est déjà plus bas.",
    )
    most_mg = FrenchDecimalField(
        label="Dose à atteindre, en mg par jour",
        min_value=0,
        max_value=MAX_DOSE,
        decimals=2,
        required=False,
        help_text="Sans réponse, celle du modèle.",
    )

    optional_if_shown = ("most_mg",)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        enrolment: Enrolment,
        today: date,
        first: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(first))
        self.show_if = {
            "dose": f"template={_codes(PlanKind.WEANING)}",
            "most_mg": f"template={_codes(PlanKind.TITRATION)}",
        }
        self.enrolment = enrolment
        products = checks.available_products(enrolment, today).order_by("name", "pk")
        field = ProductField(
            products, label="Médicament", empty_label="Choisir", to_field_name="public_id"
        )
        self.fields = {"product": field, **self.fields}
        choices = [
            (
                kind.label,
                [(one.code, one.label) for one in stairs.templates().values() if one.kind == kind],
            )
            for kind in PlanKind
        ]
        cast("forms.ChoiceField", self.fields["template"]).choices = [
            (code, f"{group} – {label}") for group, rows in choices for code, label in rows
        ]
        cast("FrenchDateField", self.fields["starts_on"]).limit(earliest=today)

    @property
    def chosen(self) -> Template:
        return stairs.templates()[self.cleaned_data["template"]]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        template = stairs.templates().get(typed.get("template", ""))
        if template is None or not typed.get("product"):
            return typed
        if template.kind == PlanKind.WEANING and not typed.get("dose"):
            self.add_error("dose", "Indiquez la dose actuelle, d’où part le sevrage.")
        if template.kind == PlanKind.TITRATION and not _mg(typed["product"], template):
            message = f"Ce médicament ne contient pas de {template.cannabinoid.label}."
            self.add_error("template", message)
        if not self.errors and len(self.computed()) > MAX_PLAN_STEPS:
            message = f"Cette dose demande plus de {MAX_PLAN_STEPS} paliers\u202f: visez plus bas."
            self.add_error("most_mg", message)
        return typed

    def computed(self) -> list[Step]:
        """The steps of the template, to be looked at and changed."""
        said, template = self.cleaned_data, self.chosen
        unit = Unit(said["product"].unit)
        if template.kind == PlanKind.WEANING:
            return stairs.weaning(template, dose=said["dose"], intakes=said["intakes"], unit=unit)
        return stairs.titration(
            template,
            mg_per_unit=_mg(said["product"], template),
            intakes=said["intakes"],
            unit=unit,
            most_mg=said["most_mg"] or template.most_mg,
        )


def _codes(kind: PlanKind) -> str:
    return "|".join(one.code for one in stairs.templates().values() if one.kind == kind)


def _mg(product: Product, template: Template) -> Decimal:
    if template.cannabinoid == Cannabinoid.THC:
        return product.thc_mg_per_unit
    return product.cbd_mg_per_unit


class PlanStepForm(forms.Form):
    """One step; an empty row is no step."""

    dose = FrenchDecimalField(
        label="Dose par prise", min_value=0, max_value=MAX_DOSE, decimals=3, required=False
    )
    intakes = FrenchIntegerField(
        label="Prises par jour", min_value=1, max_value=MAX_INTAKES, required=False
    )
    days = FrenchIntegerField(label="Jours", min_value=1, max_value=366, required=False)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        given = [name for name in self.fields if typed.get(name)]
        if given and not self.errors:
            for name in self.fields:
                if name not in given:
                    self.add_error(name, "Complétez ce palier, ou videz-le.")
        return typed

    @property
    def step(self) -> Step | None:
        said = self.cleaned_data
        if not said.get("dose"):
            return None
        return Step(said["dose"], said["intakes"], said["days"])


PlanSteps = forms.formset_factory(
    PlanStepForm, extra=0, max_num=MAX_PLAN_STEPS, absolute_max=MAX_PLAN_STEPS
)
