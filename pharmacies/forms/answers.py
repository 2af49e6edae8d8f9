"""What is typed after a dispensation, or instead of it. Nothing is saved here."""

from collections.abc import Mapping
from typing import Any

from django import forms

from pharmacies.actions import Word
from pharmacies.enums import InterventionKind, InterventionReason, UndoReason
from pharmacies.forms.dispensing import new_key


class UndoForm(forms.Form):
    """Why a dispensation never counted."""

    reason = forms.ChoiceField(label="Raison", choices=UndoReason, widget=forms.RadioSelect)


class InterventionForm(forms.Form):
    """An intervention or a refusal, written to the prescriber."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Nature", choices=InterventionKind, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label="Motif", choices=[("", "Choisir un motif"), *InterventionReason.choices]
    )
    note = forms.CharField(
        label="Ce que vous proposez ou demandez (facultatif)",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"key": new_key()})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == InterventionReason.OTHER and not data.get("note", "").strip():
            self.add_error("note", "Précisez le motif.")
        return data

    def word(self) -> Word:
        data = self.cleaned_data
        return Word(kind=data["kind"], reason=data["reason"], note=data["note"])
