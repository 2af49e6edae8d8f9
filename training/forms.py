from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from core.fields import FrenchDateField
from programmes.models import Programme
from training.actions import Claim
from training.enums import ProofKind


KINDS = [
    (ProofKind.SELF_ATTESTATION, "Attestation sur l’honneur, depuis le 27 mars 2023"),
    (ProofKind.TEST, "Attestation délivrée après un test, avant le 27 mars 2023"),
]


class ProgrammeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Programme) -> str:
        return obj.name


class CompletionForm(forms.Form):
    """What a professional declares of their training: it checks the input and saves nothing."""

    completed_on = FrenchDateField(label="Formation terminée le")
    kind = forms.ChoiceField(label="Preuve", choices=KINDS, widget=forms.RadioSelect, required=True)
    reference = forms.CharField(
        label="Numéro de l’attestation",
        help_text="Imprimé sur l’attestation délivrée par la plateforme après le test.",
        max_length=40,
        required=False,
    )
    attested = forms.BooleanField(
        label="J’atteste sur l’honneur avoir suivi la totalité de la formation obligatoire",
        required=False,
    )

    show_if: ClassVar[dict[str, str]] = {
        "reference": f"kind={ProofKind.TEST}",
        "attested": f"kind={ProofKind.SELF_ATTESTATION}",
    }

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
        typed = self.cleaned_data
        return Claim(**{**typed, "kind": ProofKind(typed["kind"])})
