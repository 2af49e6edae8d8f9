"""The forms of the closed days of a place."""

from datetime import date
from typing import Any

from django import forms

from core.fields import FrenchDateField


WEEKDAYS = [
    ("1", "Lundi"),
    ("2", "Mardi"),
    ("3", "Mercredi"),
    ("4", "Jeudi"),
    ("5", "Vendredi"),
    ("6", "Samedi"),
    ("7", "Dimanche"),
]


class WeekForm(forms.Form):
    """On which days of the week the place receives."""

    weekdays = forms.MultipleChoiceField(
        label="Jours d’ouverture", choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )


class ClosureForm(forms.Form):
    """From one day to another, both included."""

    starts_on = FrenchDateField(label="Premier jour de fermeture")
    ends_on = FrenchDateField(label="Dernier jour de fermeture")
    label = forms.CharField(
        label="Motif", help_text="Par exemple\u202f: congés d’été, déménagement", max_length=80
    )


class HolidaysForm(forms.Form):
    """Of which year the public holidays are taken over."""

    year = forms.ChoiceField(label="Année")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = [str(today.year), str(today.year + 1)]
        self.fields["year"] = forms.ChoiceField(
            label="Année", choices=[(year, year) for year in years]
        )
