from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from core.fields import FrenchDateField
from programmes.models import Programme
from training.actions import Claim


class ProgrammeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Programme) -> str:
        return obj.name


class CompletionForm(forms.Form):
    """What a professional declares of their training: it checks the input and saves nothing."""

    completed_on = FrenchDateField(label="Formation terminée le")
    reference = forms.CharField(
        label="Numéro de l’attestation",
        help_text="Imprimé sur l’attestation de la plateforme. Demandé avant le 27/03/2023.",
        max_length=40,
        required=False,
    )
    attested = forms.BooleanField(
        label="J’atteste sur l’honneur avoir suivi la totalité de la formation obligatoire",
        help_text="Demandé depuis le 27/03/2023, date à laquelle l’attestation remplace le test.",
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        programmes: list[Programme],
        today: date,
    ) -> None:
        super().__init__(data)
        field = ProgrammeField(
            Programme.objects.filter(pk__in=[one.pk for one in programmes]).order_by("name"),
            label="Programme",
            to_field_name="code",
            empty_label=None,
        )
        if len(programmes) == 1:
            field.widget, field.initial = forms.HiddenInput(), programmes[0].code
        self.fields = {"programme": field, **self.fields}
        self.fields["completed_on"] = FrenchDateField(label="Formation terminée le", latest=today)

    def claim(self) -> Claim:
        return Claim(**self.cleaned_data)
