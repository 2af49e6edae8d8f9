"""The form field of an item: what is typed in it may also say why there is no answer."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core.fields import FrenchDateField, FrenchDecimalField
from followup import items, missing
from followup.items import Item


class _MayBeMissing(forms.Field):
    """Takes «nf», «inconnu»… beside its own kind; gives back a code of `Missing`."""

    absent: tuple[str, ...] = ()

    def allow(self, absent: Iterable[str]) -> None:
        self.absent = tuple(absent)
        if self.absent:
            # The browser's own check lets these pass, and no figures-only keyboard hides letters.
            words = [
                word for _, label, short in missing.words(self.absent) for word in (label, short)
            ]
            self.widget.attrs["data-words"] = "|".join(words)

    def clean(self, value: object) -> Any:  # noqa: ANN401  a code, or what the kind gives
        return missing.typed(value, self.absent) or super().clean(value)


class AnswerNumberField(_MayBeMissing, FrenchDecimalField):
    pass


class AnswerDateField(_MayBeMissing, FrenchDateField):
    def allow(self, absent: Iterable[str]) -> None:
        super().allow(absent)
        if self.absent:
            self.widget.attrs["maxlength"] = "20"


class AnswerTextField(_MayBeMissing, forms.CharField):
    pass


def of(item: Item) -> forms.Field:
    """The field of an item; whether it is required depends on what is shown: see `VisitForm`."""
    shared: dict[str, Any] = {
        "label": item.label,
        "required": item.required and not item.shown_by,
    }
    if item.hint or item.kind != items.DATE:
        shared["help_text"] = item.hint
    match item.kind:
        case items.NUMBER:
            bounds = {"min_value": item.lowest, "max_value": item.highest}
            number = AnswerNumberField(decimals=item.decimals, unit=item.unit, **bounds, **shared)
            number.allow(item.missing)
            return number
        case items.DATE:
            day = AnswerDateField(**shared)
            day.allow(item.missing)
            return day
        case items.TEXT:
            words = AnswerTextField(widget=forms.Textarea, max_length=items.MAX_TEXT, **shared)
            words.allow(item.missing)
            return words
    return _chosen(item, shared)


def _chosen(item: Item, shared: dict[str, Any]) -> forms.ChoiceField:
    choices = [*_choices(item), *((code, label) for code, label, _ in item.words_of_missing)]
    chosen: forms.ChoiceField = (
        forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        if item.kind == items.MULTIPLE
        else forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    )
    # Read by the component: they stand apart from the answers.
    chosen.asides = tuple(item.missing)  # type: ignore[attr-defined]
    return chosen


def _choices(item: Item) -> Iterable[tuple[str, str]]:
    return [(items.YES, "Oui"), (items.NO, "Non")] if item.kind == items.YES_NO else item.choices
