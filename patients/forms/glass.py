from typing import Any

from django import forms

from core.fields import FrenchDateField
from patients import rules
from patients.exceptional import Sought


class GlassForm(forms.Form):
    """Whose record, and why: posted, so that no address holds a name."""

    number = forms.CharField(
        label="Numéro du dossier",
        help_text="Exact, par exemple celui de l’attestation. Sinon, le nom et la date.",
        max_length=24,
        required=False,
    )
    name = forms.CharField(label="Nom de naissance ou d’usage", max_length=80, required=False)
    birth_date = FrenchDateField(label="Date de naissance", required=False)
    reason = forms.CharField(
        label="Motif",
        help_text="Lu par le médecin référent du patient. "
        f"{rules.GLASS_REASON_MIN} caractères au moins.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if refusal := rules.glass_refusal(reason):
            raise forms.ValidationError(refusal)
        return reason

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        named = said.get("name") and said.get("birth_date")
        if not said.get("number") and not named and "birth_date" not in self.errors:
            self.add_error(
                "number", "Saisissez le numéro, ou le nom et la date de naissance exacts."
            )
        return said

    def sought(self) -> Sought:
        """Call it on a valid form. The number is enough when it is given."""
        said = self.cleaned_data
        return Sought(said["number"].strip(), said["name"].strip(), said["birth_date"])
