from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from patients.duplicates import Candidate
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
    """The last word before anything is recorded, and what is said of who looks alike."""

    confirmed = forms.BooleanField(
        label="J’ai relu ces informations et je confirme l’inclusion de ce patient",
        error_messages={"required": "Confirmez que vous avez relu avant d’inclure."},
    )

    def __init__(
        self, *args: Any, alike: Sequence[Candidate], has_namesake: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.alike = alike
        for candidate in alike:
            self.fields[_different(candidate)] = forms.BooleanField(
                label="Ce n’est pas la même personne", required=False
            )
        if has_namesake:
            self.fields["homonym_reason"] = forms.CharField(
                label="Si c’est une autre personne, dites pourquoi",
                help_text="Facultatif. Un second dossier est alors ouvert, et un autre "
                "professionnel l’examinera. Laissez vide s’il s’agit de la même personne.",
                max_length=300,
                required=False,
            )

    def candidates(self) -> list[tuple[Candidate, forms.BoundField]]:
        return [(candidate, self[_different(candidate)]) for candidate in self.alike]

    @property
    def different(self) -> frozenset[UUID]:
        """Patients it was said not to be."""
        ticked = (one for one in self.alike if self.cleaned_data.get(_different(one)))
        return frozenset(candidate.patient.public_id for candidate in ticked)

    @property
    def homonym_reason(self) -> str:
        return str(self.cleaned_data.get("homonym_reason", ""))


def _different(candidate: Candidate) -> str:
    return f"different_{candidate.patient.public_id}"
