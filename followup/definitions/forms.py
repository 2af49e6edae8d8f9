from collections.abc import Sequence
from typing import Any

from django import forms

from core.fields import FrenchDateField, FrenchIntegerField
from programmes.actions.visits import WantedVisit
from programmes.enums import VisitKind
from programmes.rules import HOLDERS


# No calendar of the texts goes past M30; a wrong figure is told rather than planned.
MOST_MONTHS, MOST_DAYS = 120, 180

# What the form says of each list of roles that a definition may hold.
_STRUCTURE, _BOTH = "STRUCTURE", "BOTH"
_ROLES = {_STRUCTURE: HOLDERS[VisitKind.COMPLEX], _BOTH: HOLDERS[VisitKind.SIMPLE]}


def said(holders: Sequence[str]) -> str:
    """The choice that stands for these roles."""
    return next(name for name, roles in _ROLES.items() if set(roles) == set(holders))


class DefinitionForm(forms.Form):
    """A planned visit, to be looked at with what it changes before it is published."""

    code = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9]{0,5}$",
        label="Code",
        help_text="Celui d’une consultation existante pour la changer, par exemple M6",
        max_length=6,
        error_messages={"invalid": "Une lettre, puis des lettres ou des chiffres\u202f: M6."},
    )
    offset_months = FrenchIntegerField(
        label="Mois après l’inclusion", min_value=0, max_value=MOST_MONTHS
    )
    window_before_days = FrenchIntegerField(
        label="Fenêtre avant", unit="jours", min_value=0, max_value=MOST_DAYS
    )
    window_after_days = FrenchIntegerField(
        label="Fenêtre après", unit="jours", min_value=0, max_value=MOST_DAYS
    )
    kind = forms.ChoiceField(
        label="Nature",
        help_text="Elle décide des questionnaires posés.",
        choices=[(VisitKind.COMPLEX.value, "Complexe"), (VisitKind.SIMPLE.value, "Simple")],
        widget=forms.RadioSelect,
    )
    holders = forms.ChoiceField(
        label="Qui la tient",
        help_text="D’ordinaire, une consultation complexe est tenue par la structure seule.",
        choices=[
            ("", "Selon sa nature"),
            (_STRUCTURE, "Un médecin de la structure de référence"),
            (_BOTH, "Un médecin de la structure de référence, ou le médecin relais"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    applies_from = FrenchDateField(
        label="Pour les inclusions depuis le", help_text="Inclus. Format\u202f: JJ/MM/AAAA"
    )
    applies_to = FrenchDateField(
        label="Jusqu’au", help_text="Inclus. Vide\u202f: sans fin prévue", required=False
    )
    source = forms.CharField(
        label="Source", help_text="Texte ou décision, avec sa date", max_length=200
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("applies_from"), data.get("applies_to")
        if first and last and last < first:
            self.add_error("applies_to", "La fin précède le début.")
        return data

    @property
    def wanted(self) -> WantedVisit:
        """By its nature where nothing says who holds it."""
        data = self.cleaned_data
        kind = VisitKind(data["kind"])
        holders = _ROLES.get(data["holders"], HOLDERS[kind])
        return WantedVisit(**(data | {"kind": kind, "holders": holders}))
