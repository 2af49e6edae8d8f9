from typing import Any

from django import forms

from core.identifiers import compact
from patients import nir, rules
from patients.identity import Person


class NirField(forms.CharField):
    """Typed with or without spaces; kept as it is typed in the page that asks it again."""

    def clean(self, value: object) -> str:
        typed = super().clean(value)
        if refusal := nir.refusal(typed):
            raise forms.ValidationError(refusal)
        return compact(typed)


class NirForm(forms.Form):
    """The number; what is unusual in it is accepted once it was seen."""

    number = NirField(
        label="Numéro de sécurité sociale",
        help_text="15 caractères, clé comprise (carte Vitale, attestation de droits)",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    checked = forms.BooleanField(
        label="J’ai vérifié ce numéro sur la carte ou l’attestation", required=False
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.warnings: list[str] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = cleaned.get("number")
        if number:
            born_on, _ = rules.birth_bounds(self.person.birth_date, self.person.birth_precision)
            self.warnings = nir.warnings(number, born_on=born_on, sex=self.person.sex)
            if self.warnings and not cleaned.get("checked"):
                for text in self.warnings:
                    self.add_error("number", text)
                self.add_error("checked", "Vérifiez le numéro, puis cochez cette case.")
        return cleaned
