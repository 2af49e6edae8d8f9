"""What is typed in the narcotics register. Nothing is saved here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.fields import FrenchDateField, FrenchDecimalField, FrenchIntegerField
from pharmacies import ledger, stock
from pharmacies.actions import Order, Typed
from pharmacies.enums import Shelf
from pharmacies.forms.box import BatchField
from pharmacies.forms.dispensing import MAX_PACKS, ExpiryField, limit, new_key
from pharmacies.models import OrderSlip
from pharmacies.rules import SPLITTABLE_UNITS
from programmes.models import Pack


def names_of(packs: Iterable[Pack]) -> dict[int, str]:
    """By pack; with its programme where another one holds the same medicine in the same pack."""
    programmes = ledger.programmes_to_tell(packs := list(packs))
    return {
        pack.pk: f"{pack.product.name} – {pack.label}"
        + (f" ({programmes[pack.pk]})" if pack.pk in programmes else "")
        for pack in packs
    }


class PackChoice(forms.ModelChoiceField):
    names: Mapping[int, str] = {}

    def offer(self, packs: "QuerySet[Pack]") -> None:
        self.queryset, self.names = packs, names_of(packs)

    def label_from_instance(self, pack: Pack) -> str:
        return self.names[pack.pk]


class MovementForm(forms.Form):
    """An entry or an exit: packs of one batch. Asks only what the kind needs."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    pack = PackChoice(label="Médicament", queryset=Pack.objects.none(), empty_label="Choisir")
    packs = FrenchIntegerField(
        label="Nombre de conditionnements", min_value=1, max_value=MAX_PACKS, required=False
    )
    quantity = FrenchDecimalField(
        label="ou quantité en unités de prise",
        help_text="mL, g ou unités, si le conditionnement n’est pas entier",
        min_value=Decimal(0),
        decimals=4,
        required=False,
    )
    batch = BatchField(label="Numéro de lot", expires="expires_on")
    expires_on = ExpiryField(label="Péremption (MM/AAAA)")
    happened_on = FrenchDateField(label="Date du mouvement")
    slip = forms.ModelChoiceField(
        label="Bon de commande",
        queryset=OrderSlip.objects.none(),
        required=False,
        empty_label="Aucun",
    )
    reference = forms.CharField(label="Référence", max_length=60)
    reason = forms.CharField(
        label="Raison", max_length=200, help_text="Sans nom ni renseignement sur un patient"
    )
    witness = forms.CharField(
        label="Témoin", max_length=120, help_text="Pharmacien désigné\u202f: nom et qualité"
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        packs: "QuerySet[Pack]",
        slips: "QuerySet[OrderSlip]",
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.wanted = kind, stock.MOVEMENTS[kind]
        self.initial.update(happened_on=today, key=new_key())
        limit(self, "happened_on", None, today)
        self._choices("pack", packs)
        self._choices("slip", slips)
        self.fields["reference"].label = self.wanted.needs_reference
        asked = {
            "reference": bool(self.wanted.needs_reference),
            "slip": bool(self.wanted.needs_reference) and slips.exists(),
            "reason": self.wanted.needs_reason,
            "witness": self.wanted.needs_witness,
        }
        for name, is_asked in asked.items():
            if not is_asked:
                del self.fields[name]

    def _choices(self, name: str, rows: "QuerySet[Any]") -> None:
        field = self.fields[name]
        if isinstance(field, PackChoice):
            field.offer(rows)
        elif isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("packs")) == bool(data.get("quantity")) and not self.errors:
            self.add_error("packs", "Indiquez un nombre de conditionnements, ou une quantité.")
        return data

    def typed(self) -> Typed:
        data = self.cleaned_data
        pack: Pack = data["pack"]
        return Typed(
            kind=self.kind,
            pack=pack,
            batch=data["batch"],
            quantity=data["quantity"] or data["packs"] * pack.quantity,
            happened_on=data["happened_on"],
            expires_on=data["expires_on"],
            reference=data.get("reference", ""),
            reason=data.get("reason", ""),
            witness=data.get("witness", ""),
            slip=data.get("slip"),
        )

    def refuse(self, message: str, field: str) -> None:
        self.add_error(field if field in self.fields else None, message)


class CorrectForm(forms.Form):
    """Why a line is undone."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Raison de la correction",
        max_length=200,
        help_text="Sans nom ni renseignement sur un patient",
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"key": new_key()})


class DayForm(forms.Form):
    """The day a balance is asked for, in the address."""

    au = FrenchDateField(label="Solde au")

    def __init__(self, data: Mapping[str, Any] | None, *, today: date) -> None:
        super().__init__(data, initial={"au": today})
        limit(self, "au", None, today)


class CloseForm(forms.Form):
    """The month whose balance is frozen."""

    month = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])


class OrderForm(forms.Form):
    """A slip of the stub book: one medicine a row."""

    slip_number = forms.CharField(label="Numéro du bon", max_length=30)
    supplier = forms.CharField(label="Fournisseur", max_length=120)
    ordered_on = FrenchDateField(label="Commandé le")
    pack = PackChoice(label="Médicament", queryset=Pack.objects.none(), empty_label="Choisir")
    packs = FrenchIntegerField(label="Nombre de conditionnements", min_value=1, max_value=MAX_PACKS)

    def __init__(
        self, data: Mapping[str, Any] | None, *, packs: "QuerySet[Pack]", today: date
    ) -> None:
        super().__init__(data, initial={"ordered_on": today})
        limit(self, "ordered_on", None, today)
        field = self.fields["pack"]
        if isinstance(field, PackChoice):
            field.offer(packs)

    def order(self) -> Order:
        return Order(**self.cleaned_data)


class InventoryForm(forms.Form):
    """What was counted, pack by pack: `counted-<pack>-<shelf>`. Empty: not counted."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(label="Observations", max_length=300, required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, packs: Sequence[Pack]) -> None:
        super().__init__(data, initial={"key": new_key()})
        self.asked: dict[str, tuple[Pack, Shelf]] = {}
        names = names_of(packs)
        for pack in packs:
            for shelf in Shelf:
                name = f"counted-{pack.pk}-{shelf}"
                self.asked[name] = (pack, shelf)
                self.fields[name] = FrenchDecimalField(
                    label=f"{names[pack.pk]}, {shelf.label.lower()}",
                    min_value=Decimal(0),
                    decimals=4 if pack.product.unit not in SPLITTABLE_UNITS else 0,
                    required=False,
                )

    def counts(self) -> dict[stock.Key, Decimal]:
        return {
            (pack.pk, str(shelf)): self.cleaned_data[name]
            for name, (pack, shelf) in self.asked.items()
            if self.cleaned_data[name] is not None
        }

    def rows(self) -> Iterator[Any]:
        """The fields of the table, in the order of the packs."""
        return (self[name] for name in self.asked)
