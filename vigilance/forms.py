"""The short form of an adverse event: what is known is proposed, what the law needs is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.fields import FrenchDateField
from core.numbers import french_number
from programmes.models import Product
from vigilance import rules, terms
from vigilance.actions import CannotReport, Report, Suspected
from vigilance.enums import ActionTaken, Network, Outcome, Seriousness, Severity, Situation
from vigilance.suspects import Candidate


# Characters.
MAX_NARRATIVE = 4000
NO_IDENTITY = "N’indiquez aucune donnée identifiante (nom, adresse, téléphone)."


@dataclass(frozen=True)
class Section:
    """A part of the form."""

    id: str
    title: str
    fields: list[BoundField]


Choices = Sequence[tuple[str, str]]


def _boxes(label: str, choices: Choices, *, required: bool, hint: str = "") -> forms.Field:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=required,
        help_text=hint,
    )


def _radio(label: str, choices: Choices, hint: str = "") -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, help_text=hint)


class SuspectsField(forms.MultipleChoiceField):
    """Expected, but another medicine may be named instead: the form checks that one is."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class ReportForm(forms.Form):
    """One event: what, when, how grave, which medicine."""

    terms = _boxes("Effets observés", terms.CHOICES, required=True)
    other_words = forms.CharField(
        label="Autre effet, en quelques mots", max_length=120, required=False, help_text=NO_IDENTITY
    )
    occurred_on = FrenchDateField(label="Date de survenue")
    known_on = FrenchDateField(label="Vous en avez eu connaissance le")
    seriousness = _boxes(
        "Critères de gravité",
        Seriousness.choices,
        required=False,
        hint="Aucun critère coché\u202f: l’effet n’est pas grave.",
    )
    severity = _radio(
        "Intensité", Severity.choices, "L’intensité ressentie, distincte de la gravité."
    )
    outcome = _radio("Évolution", Outcome.choices)
    ended_on = FrenchDateField(label="Date de fin", required=False)
    suspects = SuspectsField(label="Médicaments suspects")
    batch = forms.CharField(
        label="Numéro de lot, s’il est différent", max_length=30, required=False
    )
    other_product = forms.ChoiceField(label="Autre médicament du programme", required=False)
    action_taken = _radio("Mesure prise", ActionTaken.choices)
    situations = _boxes("Situations particulières", Situation.choices, required=False)
    narrative = forms.CharField(
        label="Récit",
        help_text=f"Chronologie, traitements associés, antécédents utiles. {NO_IDENTITY}",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MAX_NARRATIVE,
        required=False,
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[Candidate],
        products: Sequence[Product],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.products = {str(product.pk): product for product in products}
        self.products |= {str(one.product.pk): one.product for one in candidates}
        self._propose(candidates)
        for name in ("occurred_on", "known_on"):
            day: Any = self.fields[name]
            day.limit(latest=today)
        self.show_if = {
            "other_words": f"terms={terms.OTHER}",
            "ended_on": f"outcome={'|'.join(rules.ENDED)}",
        }
        self.optional_if_shown = {"ended_on"}

    def _propose(self, candidates: Sequence[Candidate]) -> None:
        """What the patient takes, checked beforehand; the rest of the programme in a list."""
        proposed = {str(one.product.pk) for one in candidates}
        boxes: Any = self.fields["suspects"]
        boxes.choices = [(str(one.product.pk), told(one)) for one in candidates]
        boxes.initial = sorted(proposed)
        others: Any = self.fields["other_product"]
        others.choices = [
            ("", "Aucun autre"),
            *((pk, product.name) for pk, product in self.products.items() if pk not in proposed),
        ]
        if not candidates:
            del self.fields["suspects"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if terms.OTHER in data.get("terms", ()) and not data.get("other_words"):
            self.add_error("other_words", "Décrivez l’effet en quelques mots.")
        if data.get("outcome") not in rules.ENDED:
            data["ended_on"] = None
        if data.get("occurred_on") and data.get("known_on"):
            dates = rules.Dates(data["occurred_on"], data["known_on"], data.get("ended_on"))
            for name, problem in rules.date_problems(dates, today=self.today).items():
                self.add_error(name, problem)
        typed = "outcome" in data and "seriousness" in data
        if typed and (problem := rules.gravity_problem(data["seriousness"], data["outcome"])):
            self.add_error("seriousness", problem)
        self._check_suspects(data)
        return data

    def _check_suspects(self, data: dict[str, Any]) -> None:
        chosen = self._chosen(data)
        if not chosen:
            name = "suspects" if "suspects" in self.fields else "other_product"
            self.add_error(name, "Indiquez le médicament suspect.")
        elif data.get("batch") and len(chosen) > 1:
            self.add_error(
                "batch", "Ce lot est celui d’un seul médicament\u202f: n’en cochez qu’un."
            )

    def _chosen(self, data: dict[str, Any]) -> list[str]:
        named = [*data.get("suspects", ()), data.get("other_product", "")]
        return [pk for pk in dict.fromkeys(named) if pk]

    def report(self, candidates: Sequence[Candidate], **links: Any) -> Report:
        """What was typed, for the action. `candidates`: with the doses of the day of onset."""
        data = self.cleaned_data
        known = {str(one.product.pk): one for one in candidates}
        return Report(
            terms=data["terms"],
            dates=rules.Dates(data["occurred_on"], data["known_on"], data["ended_on"]),
            severity=data["severity"],
            outcome=data["outcome"],
            action_taken=data["action_taken"],
            suspects=[
                suspected(self.products[pk], known.get(pk), data["batch"])
                for pk in self._chosen(data)
            ],
            seriousness=data["seriousness"],
            situations=data["situations"],
            other_words=data["other_words"] if terms.OTHER in data["terms"] else "",
            narrative=data["narrative"],
            **links,
        )

    def refuse(self, error: CannotReport) -> None:
        """Show the refusal of the action beside the field it names."""
        self.add_error(error.field if error.field in self.fields else None, str(error))

    def sections(self) -> list[Section]:
        names = {
            "effet": ("L’effet", "terms", "other_words", "occurred_on", "known_on"),
            "gravite": ("Gravité", "seriousness", "severity", "outcome", "ended_on"),
            "medicament": ("Médicament", "suspects", "batch", "other_product", "action_taken"),
            "recit": ("Pour finir", "situations", "narrative"),
        }
        return [
            Section(code, title, [self[name] for name in fields if name in self.fields])
            for code, (title, *fields) in names.items()
        ]


def told(candidate: Candidate) -> str:
    """«Huile THC 25 – 12,5 mg de THC et 12,5 mg de CBD par jour – lot A12»."""
    doses = [
        f"{french_number(mg)}\u00a0mg de {name}"
        for name, mg in (("THC", candidate.thc_mg_per_day), ("CBD", candidate.cbd_mg_per_day))
        if mg
    ]
    parts = [candidate.name]
    if doses:
        parts.append(f"{' et '.join(doses)} par jour")
    if candidate.batch:
        parts.append(f"lot {candidate.batch}")
    return " – ".join(parts)


def suspected(product: Product, candidate: Candidate | None, batch: str) -> Suspected:
    if candidate is None:
        return Suspected(product, batch=batch)
    return Suspected(
        product,
        thc_mg_per_day=candidate.thc_mg_per_day,
        cbd_mg_per_day=candidate.cbd_mg_per_day,
        batch=batch or candidate.batch,
        started_on=candidate.started_on,
    )


class DeclarationForm(forms.Form):
    """A declaration made on the portal: to whom, when, under which number."""

    network = forms.ChoiceField(label="Réseau", choices=Network.choices)
    declared_on = FrenchDateField(label="Déclaré le")
    reference = forms.CharField(label="Numéro de la déclaration", max_length=40, required=False)

    def __init__(
        self, *args: Any, missing: Sequence[Network], earliest: date, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        declared_on: Any = self.fields["declared_on"]
        declared_on.limit(earliest=earliest, latest=today)
        # The one still missing first.
        if missing:
            self.fields["network"].initial = missing[0]
