from typing import Any

from django import forms

from patients.enums import CorrectionReason
from patients.forms.identity import IdentityForm
from patients.identity import UNKNOWN_PLACE, Person


class CorrectionForm(IdentityForm):
    """The identity as it is known, to be put right, and why."""

    correction = forms.ChoiceField(
        label="Pourquoi cette correction", choices=CorrectionReason, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        known = {
            "birth_name": person.birth_name,
            "used_name": person.used_name,
            "first_names": " ".join(person.first_names),
            "sex": person.sex,
            "birth_date": person.birth_text,
            "birth_place": "" if person.birth_place == UNKNOWN_PLACE else person.birth_place,
            "phone": person.phone,
            "email": person.email,
            "address": person.address,
        }
        super().__init__(*args, initial=known, **kwargs)
