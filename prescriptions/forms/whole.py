"""The whole page of a prescription."""

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField

from accounts.models import Member
from core.fields import FrenchDateField, FrenchIntegerField
from patients.models import Enrolment
from prescriptions import checks, rules
from prescriptions.alerts import Alert, Facts, LineFacts, alerts, refusals
from prescriptions.enums import AlertCode
from prescriptions.forms.line import Catalogue, LineEntry
from prescriptions.models import Prescription
from prescriptions.typed import FRACTIONS, MAX_LINES, MAX_STEPS, SINGLE, Typed, TypedLine
from prescriptions.wanted import Wanted


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
    def prescriber_id(self) -> int | str:
        return self.member.user_id

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
            prescriber_id=self.prescriber_id,
            on=self.today,
            replaces=self.replaces,
        )
        for alert in self._refusals(facts):
            self._tell(alert, list(facts.lines))
        narcotic, fraction = facts.narcotic_days, self.wanted.fraction_days
        if fraction and (narcotic is None or fraction >= narcotic):
            message = "Une fraction est plus courte que le traitement par stupéfiant."
            self.main.add_error("fraction_days", message)
        if len({line.product.pk for line in self.wanted.lines}) < len(self.lines):
            message = "Ce médicament figure déjà sur l’ordonnance\u202f: ajoutez plutôt un palier."
            self.lines[-1].form.add_error("product", message)

    def _refusals(self, facts: Facts) -> list[Alert]:
        return refusals(alerts(facts))

    def _tell(self, alert: Alert, lines: list[LineFacts]) -> None:
        if alert.code == AlertCode.MENTION:
            self.main.add_error("has_mention", alert.message)
        elif alert.code == AlertCode.DATES:
            self.main.add_error("starts_on", alert.message)
        else:
            found = (
                n for n, line in enumerate(lines) if alert.message.startswith(f"{line.name}\u202f:")
            )
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
        return [
            {"from": period.first.isoformat(), "to": period.last.isoformat()}
            for period in checks.periods(self.enrolment, replaces=self.replaces)
            if period.prescriber_id == self.prescriber_id
        ]
