"""What a patient types before a visit, on their telephone."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.fields import FrenchDateField, FrenchDecimalField
from followup import items, rules
from followup.by_patient import Asked
from followup.items import Item


class PatientCodeForm(forms.Form):
    """The code that the doctor gave another way than the link."""

    code = forms.CharField(
        label="Code",
        help_text=f"{rules.LINK_CODE_DIGITS} chiffres, donnés par votre médecin.",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


def _field(item: Item) -> forms.Field:
    shared: dict[str, Any] = {"label": item.label, "help_text": item.hint, "required": False}
    match item.kind:
        case "number":
            return FrenchDecimalField(
                min_value=item.lowest,
                max_value=item.highest,
                decimals=item.decimals,
                unit=item.unit,
                **shared,
            )
        case "date":
            return FrenchDateField(**shared)
        case "multiple":
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=item.choices, widget=widget, **shared)
    choices = [(items.YES, "Oui"), (items.NO, "Non")] if item.kind == "yes_no" else item.choices
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)


class PatientForm(forms.Form):
    """The questions that the patient may answer; none has to be."""

    def __init__(self, *args: Any, asked: Sequence[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in asked:
            self.fields[one.name] = _field(one.item)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and all(items.is_empty(value) for value in data.values()):
            raise forms.ValidationError("Répondez à une question au moins.")
        return data

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, field by field, as the page's script writes it."""
        sent = {name: self.data.getlist(name) for name in self.fields}  # type: ignore[attr-defined]
        return {name: (all_[0] if len(all_) == 1 else all_) for name, all_ in sent.items() if all_}
