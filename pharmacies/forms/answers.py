"""What is typed after a dispensation, or instead of it. Nothing is saved here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.fields import FrenchDateField
from pharmacies import rights
from pharmacies.actions import Alert, Correction, Word
from pharmacies.enums import (
    BulletinKind,
    InterventionKind,
    InterventionReason,
    UndoReason,
    WithdrawalReason,
)
from pharmacies.forms.dispensing import limit, new_key
from pharmacies.models import Received
from programmes.models import Product, Programme


class UndoForm(forms.Form):
    """Why a dispensation never counted."""

    reason = forms.ChoiceField(label="Raison", choices=UndoReason, widget=forms.RadioSelect)


class CorrectPresentationForm(forms.Form):
    """Why a day of presentation never counted; the right one, when there is one."""

    show_if = {"presented_on": f"reason={WithdrawalReason.WRONG_DAY}"}

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label="Raison", choices=WithdrawalReason, widget=forms.RadioSelect)
    presented_on = FrenchDateField(label="Bon jour de présentation", required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, wrong: Received, today: date) -> None:
        super().__init__(data, initial={"key": new_key()})
        self.wrong = wrong
        limit(self, "presented_on", wrong.prescription.signed_on, today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "reason" in data and "presented_on" in data:
            refused = rights.refusal_of_correction(
                data["reason"],
                wrong_on=self.wrong.presented_on,
                right_on=data["presented_on"],
            )
            if refused:
                self.add_error("presented_on", refused)
        return data

    def correction(self) -> Correction:
        data = self.cleaned_data
        return Correction(reason=data["reason"], presented_on=data["presented_on"])


class InterventionForm(forms.Form):
    """An intervention or a refusal, written to the prescriber."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Nature", choices=InterventionKind, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label="Motif", choices=[("", "Choisir un motif"), *InterventionReason.choices]
    )
    note = forms.CharField(
        label="Ce que vous proposez ou demandez",
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


class BulletinForm(forms.Form):
    """A recalled batch, or stolen or forged forms, told to every pharmacy of a programme."""

    show_if = {
        "product": f"kind={BulletinKind.RECALL}",
        "batch": f"kind={BulletinKind.RECALL}",
        "form_numbers": f"kind={BulletinKind.FORGERY}",
    }

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    programme = forms.ModelChoiceField(
        label="Programme", queryset=Programme.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label="Nature", choices=BulletinKind, widget=forms.RadioSelect)
    product = forms.ModelChoiceField(
        label="Médicament", queryset=Product.objects.none(), required=False, empty_label="Choisir"
    )
    batch = forms.CharField(label="Numéro de lot", max_length=30, required=False)
    form_numbers = forms.CharField(
        label="Numéros des ordonnances ou du lot de papier", max_length=120, required=False
    )
    text = forms.CharField(
        label="Consigne",
        max_length=600,
        help_text="Sans nom de patient ni de prescripteur",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    source = forms.CharField(label="Origine (décision, signalement)", max_length=200)

    def __init__(
        self, data: Mapping[str, Any] | None, *, programmes: "QuerySet[Programme]"
    ) -> None:
        super().__init__(data, initial={"key": new_key()})
        chosen = {
            "programme": programmes,
            "product": Product.objects.filter(programme__in=programmes).order_by("name", "pk"),
        }
        for name, rows in chosen.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_recall = data.get("kind") == BulletinKind.RECALL
        needed = ("product", "batch") if is_recall else ("form_numbers",)
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "Ce champ est obligatoire.")
        product, programme = data.get("product"), data.get("programme")
        if is_recall and product and programme and product.programme_id != programme.pk:
            self.add_error("product", "Ce médicament est d’un autre programme.")
        return data

    def alert(self) -> Alert:
        data = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        if data["kind"] == BulletinKind.RECALL:
            return Alert(**data | {"form_numbers": ""})
        return Alert(**data | {"product": None, "batch": ""})
