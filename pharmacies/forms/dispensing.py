"""What is typed at the counter. Nothing is saved here, and nothing of what is due is decided."""

import re
import secrets
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from core.fields import FrenchDateField, FrenchIntegerField
from pharmacies import words
from pharmacies.actions import Given, Handover
from pharmacies.enums import BearerKind, OverrideReason
from pharmacies.forms.box import BatchField
from pharmacies.models import DispensedItem
from pharmacies.row import Row
from pharmacies.sheet import Sheet
from programmes.models import Pack


# 06/2027, 6/27, 062027: the month printed on a pack; its last day counts.
_MONTH = re.compile(r"(\d{1,2})[/.\- ]?(\d{2}|\d{4})", re.ASCII)
# The path that a QR code leads to: core/urls.py.
_VERIFY = "/v/"
MAX_PACKS = 500


class CodeField(forms.CharField):
    """A typed short code, or what a scanner reads of the QR code: the address it leads to."""

    def to_python(self, value: object) -> str:
        text = str(super().to_python(value))
        if _VERIFY in text:
            text = unquote(urlsplit(text).path.rpartition(_VERIFY)[2]).strip("/")
        return text


class CounterForm(forms.Form):
    """Find a prescription: its code, and the birth date the patient says."""

    code = CodeField(
        label="Code de l’ordonnance",
        max_length=300,
        help_text="QR code scanné, ou code saisi (RV-…)",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}
        ),
    )
    birth_date = FrenchDateField(label="Date de naissance du patient")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, "birth_date", None, today)


class CertificateForm(CounterForm):
    """Find a patient whose prescription has no code: by their certificate."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["code"].label = "Code de l’attestation d’inclusion"


class ReceiveForm(forms.Form):
    """The day a prescription was presented, without anything handed over."""

    presented_on = FrenchDateField(label="Présentée le")
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    prefix = "presentation"

    def __init__(self, data: Mapping[str, Any] | None = None, *, sheet: Sheet, today: date) -> None:
        super().__init__(data, initial={"presented_on": today, "key": new_key()})
        limit(self, "presented_on", sheet.prescription.signed_on, today)


def limit(form: forms.Form, name: str, earliest: date | None, latest: date) -> None:
    field = form.fields[name]
    if isinstance(field, FrenchDateField):
        field.limit(earliest=earliest, latest=latest)


class ExpiryField(forms.Field):
    """The expiry printed on a pack: MM/AAAA, or a whole date. Answers the last day it holds."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "10"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: object) -> object:
        return words.expiry(value) if isinstance(value, date) else value

    def to_python(self, value: object) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        if found := _MONTH.fullmatch(text):
            month, year = int(found[1]), int(found[2])
            year += 2000 if year < 100 else 0
            if 1 <= month <= 12 and year >= 2000:
                return date(year, month, monthrange(year, month)[1])
        else:
            return FrenchDateField().to_python(text)
        raise ValidationError("Écrivez le mois de péremption, par exemple 06/2028.")


def new_key() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Slot:
    """A row of the form: packs of one kind and one batch."""

    name: str
    row: Row
    pack: Pack
    is_extra: bool = False
    # A pack that the prescription does not name, of the same medicine.
    is_other: bool = False


@dataclass(frozen=True)
class SlotFields:
    slot: Slot
    packs: BoundField
    batch: BoundField
    expires: BoundField


@dataclass(frozen=True)
class LineFields:
    row: Row
    days: BoundField
    slots: list[SlotFields]
    extra: list[SlotFields]

    @property
    def has_choice(self) -> bool:
        return len(self.slots) > 1


class DispensingForm(forms.Form):
    """What leaves the pharmacy. Fields of a line: `days-1`; of a pack: `packs-1-0`, `batch-1-0`…"""

    show_if = {
        "bearer_name": f"bearer={BearerKind.CARER}",
        "bearer_address": f"bearer={BearerKind.CARER}",
        "bearer_known": f"bearer={BearerKind.CARER}",
        "bearer_document": f"bearer={BearerKind.CARER}",
        "override_note": f"override_reason={OverrideReason.OTHER}",
    }
    optional_if_shown = {"bearer_document"}

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    dispensed_on = FrenchDateField(label="Délivrée le")
    bearer = forms.ChoiceField(
        label="Remise à", choices=BearerKind, widget=forms.RadioSelect, initial=BearerKind.PATIENT
    )
    bearer_name = forms.CharField(label="Nom et prénom du porteur", max_length=120, required=False)
    bearer_address = forms.CharField(label="Adresse du porteur", max_length=200, required=False)
    bearer_known = forms.BooleanField(label="Porteur connu de la pharmacie", required=False)
    bearer_document = forms.CharField(
        label="Pièce d’identité",
        max_length=80,
        required=False,
        help_text="Nature et numéro, si le porteur n’est pas connu de la pharmacie",
    )
    with_vaporiser = forms.BooleanField(label="Vaporisateur remis", required=False)
    is_counselled = forms.BooleanField(
        label="Conseils donnés (prise, conduite, conservation, ne jamais arrêter d’un coup)",
        required=False,
    )
    override_reason = forms.ChoiceField(
        label="Motif", choices=[("", "Choisir un motif"), *OverrideReason.choices], required=False
    )
    override_note = forms.CharField(label="Précision", max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        sheet: Sheet,
        today: date,
        batches: Mapping[int, DispensedItem] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.batches = sheet, batches or {}
        self.slots = list(_slots(sheet))
        limit(self, "dispensed_on", sheet.prescription.signed_on, today)
        self.initial.update(dispensed_on=today, key=new_key(), with_vaporiser=sheet.needs_vaporiser)
        # A form sent twice finds another sheet: only the action may refuse it.
        self.fields["override_reason"].required = sheet.needs_reason and not self.is_bound
        for row in sheet.rows:
            self._add_line(row)
        for slot in self.slots:
            self._add_slot(slot)
        # A line left out says 0 packs and no batch: the browser must not ask for it.
        self.use_required_attribute = sum(not slot.is_extra for slot in self.slots) == 1

    @property
    def asked_rows(self) -> list[Row]:
        """The lines that the page shows."""
        return self.sheet.open_rows

    def _add_line(self, row: Row) -> None:
        name = f"days-{row.line.position}"
        self.fields[name] = FrenchIntegerField(
            label="Jours délivrés",
            min_value=0,
            max_value=row.line.days,
            required=self._is_asked(name, row),
        )
        self.initial[name] = row.due.days

    def _is_asked(self, name: str, row: Row) -> bool:
        """Whether the page holds the field: a line of which nothing is due is not asked."""
        return name in self.data if self.is_bound else row in self.asked_rows

    def _add_slot(self, slot: Slot) -> None:
        label, count = slot.pack.label, f"packs-{slot.name}"
        self.fields[count] = FrenchIntegerField(
            label=f"Nombre – {label}",
            min_value=0,
            max_value=MAX_PACKS,
            required=not slot.is_extra and self._is_asked(count, slot.row),
        )
        self.fields[f"batch-{slot.name}"] = BatchField(
            expires=f"expires-{slot.name}",
            cip13=slot.pack.cip13,
            label=f"Numéro de lot – {label}",
            required=False,
        )
        self.fields[f"expires-{slot.name}"] = ExpiryField(
            label=f"Péremption (MM/AAAA) – {label}",
            required=False,
            error_messages={"required": "La péremption est obligatoire."},
        )
        if not slot.is_extra:
            self._propose(slot, count)

    def _propose(self, slot: Slot, count: str) -> None:
        """Say how many packs, and the batch of the day when there is one."""
        proposed = (
            0 if self._waits(slot.row) else slot.row.proposed[slot.row.packs.index(slot.pack)]
        )
        self.initial[count] = proposed
        wanted = str(self.data.get(count, "")).strip(" 0") if self.is_bound else proposed
        for part in ("batch", "expires"):
            self.fields[f"{part}-{slot.name}"].required = bool(wanted)
        if last := self.batches.get(slot.pack.pk):
            self.initial[f"batch-{slot.name}"] = last.batch
            self.initial[f"expires-{slot.name}"] = last.expires_on

    def _waits(self, row: Row) -> bool:
        """Whether the line opens later while another one is open today: it is left out unless the
        pharmacist says otherwise, with a reason."""
        on = self.sheet.on
        return row.due.is_early(on) and not all(
            other.due.is_early(on) for other in self.sheet.open_rows
        )

    # --- Read ---------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """A row that counts packs has a batch and an expiry; the others say nothing."""
        data = super().clean() or {}
        for slot in self.slots:
            if not data.get(f"packs-{slot.name}"):
                continue
            for part, said in (("batch", "Le numéro de lot"), ("expires", "La péremption")):
                name = f"{part}-{slot.name}"
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, f"{said} est obligatoire.")
        return data

    def handover(self) -> Handover:
        """What was typed, once the form is valid."""
        data = self.cleaned_data
        is_carer = data["bearer"] == BearerKind.CARER
        parts = ("name", "address", "document")
        rows = self.sheet.rows
        return Handover(
            items=tuple(self._given()),
            days={row.line.position: data[f"days-{row.line.position}"] or 0 for row in rows},
            dispensed_on=data["dispensed_on"],
            bearer=data["bearer"],
            bearer_is_known=data["bearer_known"],
            is_counselled=data["is_counselled"],
            bearer_identity={part: data[f"bearer_{part}"] for part in parts} if is_carer else {},
            with_vaporiser=data["with_vaporiser"],
            override_reason=data["override_reason"],
            override_note=data["override_note"],
        )

    def _given(self) -> Iterator[Given]:
        data = self.cleaned_data
        for slot in self.slots:
            if packs := data[f"packs-{slot.name}"]:
                yield Given(
                    position=slot.row.line.position,
                    pack_id=slot.pack.pk,
                    batch=data[f"batch-{slot.name}"],
                    expires_on=data[f"expires-{slot.name}"],
                    packs=packs,
                    slot=slot.name,
                )

    def refuse(self, message: str, field: str) -> None:
        """Put a refusal of the action beside the field it names, which is then asked."""
        if field in self.fields:
            self.fields[field].required = True
        self.add_error(field if field in self.fields else None, message)

    # --- Shown --------------------------------------------------------------------------------

    def lines(self) -> list[LineFields]:
        """The lines of which something is due, in the order of the prescription."""
        return [
            LineFields(
                row=row,
                days=self[f"days-{row.line.position}"],
                slots=[self._fields(slot) for slot in self._of(row) if not slot.is_extra],
                extra=[self._fields(slot) for slot in self._of(row) if slot.is_extra],
            )
            for row in self.asked_rows
        ]

    def _of(self, row: Row) -> list[Slot]:
        mine = [slot for slot in self.slots if slot.row is row]
        return sorted(mine, key=lambda slot: not self.initial.get(f"packs-{slot.name}"))

    def _fields(self, slot: Slot) -> SlotFields:
        return SlotFields(
            slot,
            self[f"packs-{slot.name}"],
            self[f"batch-{slot.name}"],
            self[f"expires-{slot.name}"],
        )

    def focus(self) -> None:
        """The cursor waits on the first batch to type; when all are known, on the button."""
        for line in self.lines():
            for fields in line.slots:
                if fields.packs.value() and not fields.batch.value():
                    fields.batch.field.widget.attrs["autofocus"] = True
                    return
        self.button_has_focus = True

    button_has_focus = False

    @property
    def details_open(self) -> bool:
        """Whether something refused, or somebody other than the patient, stands in the details."""
        if not self.is_bound:
            return False
        folded = {"dispensed_on", "bearer", "is_counselled"}
        if not self.sheet.needs_reason:
            folded |= {"override_reason", "override_note"}
        folded |= {name for name in self.fields if name.startswith(("days-", "bearer_"))}
        extra = [slot.name for slot in self.slots if slot.is_extra]
        folded |= {f"{part}-{name}" for name in extra for part in ("packs", "batch", "expires")}
        return self["bearer"].value() == BearerKind.CARER or bool(folded & set(self.errors))


class LateForm(DispensingForm):
    """What left the pharmacy before today, with its true dates: every line may be told."""

    presented_on = FrenchDateField(label="Présentée le")

    def __init__(self, *args: Any, sheet: Sheet, today: date, **kwargs: Any) -> None:
        super().__init__(*args, sheet=sheet, today=today, **kwargs)
        known = sheet.presented and sheet.presented.presented_on
        self.initial = {"key": new_key(), "bearer": BearerKind.PATIENT, "presented_on": known}
        for name in ("dispensed_on", "presented_on"):
            limit(self, name, sheet.prescription.signed_on, today - timedelta(days=1))
        self.use_required_attribute = False
        for name, field in self.fields.items():
            if name.startswith(("days-", "packs-", "batch-", "expires-", "override_")):
                field.required = False

    @property
    def asked_rows(self) -> list[Row]:
        return self.sheet.rows


def _slots(sheet: Sheet) -> Iterator[Slot]:
    """A row for each pack of each line, one more for a second batch of it, one a pack instead."""
    for row in sheet.rows:
        for index, pack in enumerate(row.packs):
            yield Slot(f"{row.line.position}-{index}", row, pack)
            yield Slot(f"{row.line.position}-{index}b", row, pack, is_extra=True)
        for index, pack in enumerate(row.others, start=len(row.packs)):
            yield Slot(f"{row.line.position}-{index}", row, pack, is_extra=True, is_other=True)
