import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from core.fields import FrenchDateField, FrenchDateInput
from patients import rules
from patients.enums import Precision, Sex
from patients.identity import UNKNOWN_PLACE, Person


MONTH = re.compile(r"(\d{1,2})[/.\- ](\d{4})", re.ASCII)
# The same bound as `patients_birth_year_possible`.
EARLIEST = date(1890, 1, 1)
YEAR = re.compile(r"\d{4}", re.ASCII)
PHONE = re.compile(r"\+?[\d .\-()]{6,20}", re.ASCII)


class NameField(forms.CharField):
    """A name, in one Unicode form, without invisible characters."""

    def to_python(self, value: object) -> str:
        text = unicodedata.normalize("NFC", " ".join(str(value or "").split()))
        if rules.has_unwanted(text):
            raise forms.ValidationError("Ce nom contient un caractère invisible\u202f: retapez-le.")
        if text and not any(character.isalpha() for character in text):
            raise forms.ValidationError("Un nom contient des lettres.")
        return text


class BirthDateInput(FrenchDateInput):
    """Without the page's own check of dates: a month or a year alone are answers here."""

    def __init__(self) -> None:
        super().__init__({"data-kind": "birth"})


class BirthDateField(FrenchDateField):
    """JJ/MM/AAAA, or MM/AAAA, or AAAA when civil status knows no more.

    Gives `(first possible day, precision)`: a day is never made up.
    """

    widget: type[FrenchDateInput] = BirthDateInput

    def clean(self, value: object) -> tuple[date, Precision] | None:
        text = str(value or "").strip()
        if YEAR.fullmatch(text):
            return self._checked(date(max(int(text), 1), 1, 1)), Precision.YEAR
        if (found := MONTH.fullmatch(text)) and 1 <= int(found[1]) <= 12 and int(found[2]):
            return self._checked(date(int(found[2]), int(found[1]), 1)), Precision.MONTH
        day = super().clean(text)
        return None if day is None else (day, Precision.DAY)

    def _checked(self, on: date) -> date:
        self.validate(on)
        return on


class IdentityForm(forms.Form):
    """Step 3: the traits of civil status, then how to reach the patient."""

    birth_name = NameField(label="Nom de naissance", max_length=100)
    first_names = NameField(
        label="Prénoms",
        help_text="Tous, dans l’ordre de l’état civil, séparés par des espaces",
        max_length=150,
    )
    used_name = NameField(label="Nom utilisé, s’il est différent", max_length=100, required=False)
    sex = forms.ChoiceField(label="Sexe", choices=Sex, widget=forms.RadioSelect)
    birth_date = BirthDateField(
        label="Date de naissance",
        help_text="JJ/MM/AAAA. Jour inconnu\u202f: MM/AAAA\u202f; mois inconnu\u202f: AAAA",
    )
    birth_place = forms.CharField(
        label="Code du lieu de naissance",
        help_text="5 caractères (75056 pour Paris, 99… à l’étranger). Vide s’il est inconnu.",
        max_length=5,
        required=False,
    )
    phone = forms.CharField(label="Téléphone", max_length=20, required=False)
    email = forms.EmailField(label="Adresse électronique", max_length=120, required=False)
    address = forms.CharField(label="Adresse postale", max_length=200, required=False)

    def __init__(self, *args: Any, included_on: date, person_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.included_on, self.person_kind = included_on, person_kind
        birth_date: Any = self.fields["birth_date"]
        birth_date.limit(earliest=EARLIEST, latest=included_on)

    def partial(self) -> Person | None:
        """Who may be looked for while the rest is typed: a name and a birth date at least."""
        self.is_valid()
        typed = self.cleaned_data
        if not typed.get("birth_name") or not typed.get("birth_date"):
            return None
        empty = dict.fromkeys(self.fields, "") | {"sex": Sex.UNDETERMINED}
        empty |= {"birth_place": UNKNOWN_PLACE}
        return _person(empty | typed)

    def clean_birth_place(self) -> str:
        place = self.cleaned_data["birth_place"].strip().upper()
        if refusal := rules.birth_place_refusal(place):
            raise forms.ValidationError(refusal)
        return place or UNKNOWN_PLACE

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(
                "Écrivez un numéro de téléphone, par exemple 06 12 34 56 78."
            )
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("birth_date"):
            born_on, precision = cleaned["birth_date"]
            ages = rules.ages_on(born_on, precision, self.included_on)
            if refusal := rules.person_kind_refusal(kind=self.person_kind, ages=ages):
                self.add_error("birth_date", refusal)
        if not self.errors:
            cleaned["person"] = _person(cleaned)
        return cleaned


def _person(cleaned: Mapping[str, Any]) -> Person:
    born_on, precision = cleaned["birth_date"]
    return Person(
        birth_name=cleaned["birth_name"],
        first_names=cleaned["first_names"].replace(",", " ").split(),
        sex=cleaned["sex"],
        birth_date=born_on,
        birth_precision=precision,
        used_name=cleaned["used_name"],
        birth_place=cleaned["birth_place"],
        phone=cleaned["phone"],
        email=cleaned["email"],
        address=cleaned["address"],
    )
