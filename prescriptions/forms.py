"""What a prescriber types: it is checked and nothing is saved."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField

from accounts.models import Member
from core.fields import FrenchDateField, FrenchDecimalField, FrenchIntegerField
from patients.models import Enrolment
from prescriptions import checks, rules, words
from prescriptions.actions.drafts import packs_in_force
from prescriptions.alerts import Alert, LineFacts, alerts, refusals
from prescriptions.dosage import Step
from prescriptions.enums import AlertCode, VoidReason
from prescriptions.models import Prescription
from prescriptions.typed import FRACTIONS, MAX_LINES, MAX_STEPS, SINGLE, Typed, TypedLine
from prescriptions.wanted import Wanted, WantedLine
from programmes.enums import Regime
from programmes.models import Pack, Product


Data = Mapping[str, str] | None

# Units of one intake. No legal source: a full bottle is not a dose.
MAX_DOSE = 1000
MAX_INTAKES = 24


class Catalogue:
    """Medicines open to one enrolment on one day, with their packs and regimes."""

    def __init__(self, enrolment: Enrolment, on: date) -> None:
        products = list(checks.available_products(enrolment, on).order_by("name", "pk"))
        self.products = {str(product.public_id): product for product in products}
        self.regimes = checks.regimes_of(products, on)
        self.packs: dict[int, list[Pack]] = packs_in_force([p.pk for p in products], on)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [("", "Choisir un médicament"), *((k, p.name) for k, p in self.products.items())]

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

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        product = cast("forms.ChoiceField", self.fields["product"])
        cast("ProductSelect", product.widget).catalogue = catalogue
        product.choices = catalogue.choices

    def clean_product(self) -> Product:
        return self.catalogue.products[self.cleaned_data["product"]]


class MainForm(forms.Form):
    """Dates, supply, mention."""

    starts_on = FrenchDateField(label="Début du traitement")
    supply = forms.ChoiceField(
        label="Délivrance",
        choices=[(SINGLE, "En une seule fois"), (FRACTIONS, "Par fractions")],
        widget=forms.RadioSelect,
        initial=SINGLE,
    )
    fraction_days = FrenchIntegerField(
        label="Jours par fraction",
        min_value=1,
        max_value=rules.MAX_NARCOTIC_DAYS - 1,
        required=False,
    )
    has_mention = forms.BooleanField(
        label="Mention expresse de chevauchement",
        required=False,
        help_text="À porter quand cette ordonnance de stupéfiant est écrite ou commence pendant "
        "une période que vous avez déjà couverte. Imprimée sur l’ordonnance.",
    )
    note = forms.CharField(
        label="Note pour le patient et le pharmacien",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Imprimée sur l’ordonnance. N’écrivez pas le nom du patient.",
    )
    show_if = {"fraction_days": f"supply={FRACTIONS}"}

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("supply") != FRACTIONS:
            typed["fraction_days"] = None
        elif not typed.get("fraction_days") and "fraction_days" not in self.errors:
            self.add_error("fraction_days", "Indiquez le nombre de jours de chaque fraction.")
        return typed


class LineEntry:
    """One line of the page: its form and those of its steps."""

    def __init__(self, typed: TypedLine, number: int, catalogue: Catalogue, data: Data) -> None:
        self.prefix, self.number, self.index = f"line-{number}", number + 1, number
        first = {"product": typed.product, "instructions": typed.instructions}
        self.form = LineForm(data, prefix=self.prefix, initial=first, catalogue=catalogue)
        self.steps = [
            StepForm(data, prefix=f"{self.prefix}-step-{place}", initial=step)
            for place, step in enumerate(typed.steps)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.form, *self.steps]

    @property
    def wanted(self) -> WantedLine:
        steps = [step.cleaned_data for step in self.steps]
        return WantedLine(
            self.form.cleaned_data["product"],
            tuple(Step(step["dose"], step["intakes"], step["days"]) for step in steps),
            self.form.cleaned_data["instructions"],
        )


class PrescriptionForm:
    """The whole page. Bound when the typed text is to be judged, else shown as it is."""

    # Set by `is_valid`.
    wanted: Wanted

    def __init__(
        self,
        typed: Typed,
        *,
        enrolment: Enrolment,
        member: Member,
        today: date,
        bound: bool,
        replaces: Prescription | None = None,
    ) -> None:
        data = typed.flat() if bound else None
        self.enrolment, self.member, self.today = enrolment, member, today
        self.is_bound, self.replaces = bound, replaces
        self.catalogue = Catalogue(enrolment, today)
        self.main = MainForm(data, initial=typed.main)
        cast("FrenchDateField", self.main.fields["starts_on"]).limit(earliest=today)
        self.lines = [
            LineEntry(line, number, self.catalogue, data) for number, line in enumerate(typed.lines)
        ]
        blank = TypedLine()
        self.blank_line = LineEntry(blank, 0, self.catalogue, None)
        self.max_lines, self.max_steps = MAX_LINES, MAX_STEPS

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *(form for line in self.lines for form in line.forms)]

    def is_valid(self) -> bool:
        """Each field, then what the law says of them together, told at a field."""
        if not self.is_bound or not self._fields_are_valid():
            return False
        self.wanted = self._read()
        self._judge()
        return not any(form.errors for form in self.forms)

    def _fields_are_valid(self) -> bool:
        """Every form is judged: each fault is told at once."""
        answers = [form.is_valid() for form in self.forms]
        return all(answers)

    def _read(self) -> Wanted:
        """Before judging: a field that is then refused loses its value."""
        main = self.main.cleaned_data
        return Wanted(
            lines=tuple(line.wanted for line in self.lines),
            starts_on=main["starts_on"],
            fraction_days=main["fraction_days"],
            has_mention=main["has_mention"],
            note=main["note"],
        )

    def _judge(self) -> None:
        facts = checks.facts(
            self.enrolment,
            self.wanted,
            prescriber_id=self.member.user_id,
            on=self.today,
            replaces=self.replaces,
        )
        for alert in refusals(alerts(facts)):
            self._tell(alert, list(facts.lines))
        narcotic, fraction = facts.narcotic_days, self.wanted.fraction_days
        if fraction and (narcotic is None or fraction >= narcotic):
            message = "Une fraction est plus courte que le traitement par stupéfiant."
            self.main.add_error("fraction_days", message)
        if len({line.product.pk for line in self.wanted.lines}) < len(self.lines):
            message = "Ce médicament figure déjà sur l’ordonnance\u202f: ajoutez plutôt un palier."
            self.lines[-1].form.add_error("product", message)

    def _tell(self, alert: Alert, lines: list[LineFacts]) -> None:
        if alert.code == AlertCode.MENTION:
            self.main.add_error("has_mention", alert.message)
        elif alert.code == AlertCode.DATES:
            self.main.add_error("starts_on", alert.message)
        else:
            found = (n for n, line in enumerate(lines) if alert.message.startswith(line.name))
            self.lines[next(found, 0)].steps[-1].add_error("days", alert.message)

    # --- What components/form_errors.html reads ----------------------------------------------

    @property
    def errors(self) -> dict[str, Any]:
        return {
            form.add_prefix(name): errors
            for form in self.forms
            if self.is_bound
            for name, errors in form.errors.items()
        }

    @property
    def non_field_errors(self) -> list[str]:
        return [str(error) for error in self.main.non_field_errors()] if self.is_bound else []

    def refuse(self, message: str) -> None:
        """Tell what the act refused."""
        self.main.add_error(None, message)

    def __iter__(self) -> Iterator[BoundField]:
        return (bound for form in self.forms for bound in form)

    # --- What prescription.js reads ----------------------------------------------------------

    @property
    def thc_alert(self) -> str:
        facts = checks.thresholds(self.today).get("THC_DAILY_MG")
        return format(facts.value.normalize(), "f") if facts else ""

    @property
    def covered(self) -> list[dict[str, str]]:
        """Signed narcotic periods of this prescriber."""
        mine = self.member.user_id
        return [
            {"from": period.first.isoformat(), "to": period.last.isoformat()}
            for period in checks.periods(self.enrolment, replaces=self.replaces)
            if period.prescriber_id == mine
        ]


class SignForm(forms.Form):
    """What goes with a signature: what was read, and why alerts are passed."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(max_length=10, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Pourquoi passer outre aux alertes",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Conservé avec l’ordonnance, non imprimé.",
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        if not needs_reason:
            self.fields["reason"].widget = forms.HiddenInput()


class VoidForm(forms.Form):
    """Why a prescription is voided: a list, no free text."""

    reason = forms.ChoiceField(label="Motif de l’annulation", widget=forms.RadioSelect)

    def __init__(self, *args: Any, is_draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only_here = (
            {VoidReason.REPLACED} if is_draft else {VoidReason.REPLACED, VoidReason.ABANDONED}
        )
        cast("forms.ChoiceField", self.fields["reason"]).choices = [
            (value, label) for value, label in VoidReason.choices if value not in only_here
        ]
