from typing import Any

from django import forms
from django.db.models import QuerySet

from programmes.models import Programme


class StartForm(forms.Form):
    """Which programme the patient enters."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label="Programme", to_field_name="public_id"
    )

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["programme"]
        field.queryset = programmes


class ConfirmForm(forms.Form):
    """The last word before anything is recorded."""

    confirmed = forms.BooleanField(
        label="J’ai relu ces informations et je confirme l’inclusion de ce patient",
        error_messages={"required": "Confirmez que vous avez relu avant d’inclure."},
    )
