from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.geography import DEPARTEMENTS
from core.fields import FrenchDateField
from core.identifiers import compact, finess_ok
from programmes.actions.listings import Decision
from programmes.models import Indication


# What a filter says when it lets everything through.
ALL = "tous"


class StructuresForm(forms.Form):
    """Filters of the list of structures: what does not exist lets everything through."""

    departement = forms.ChoiceField(
        label="Département",
        choices=[(ALL, "Tous"), *((c, f"{c} – {d.name}") for c, d in sorted(DEPARTEMENTS.items()))],
    )
    etat = forms.ChoiceField(
        label="Inscription",
        choices=[(ALL, "Toutes"), ("oui", "Inscrites aujourd’hui"), ("non", "Non inscrites")],
    )

    def __init__(self, asked: QueryDict) -> None:
        said = {"departement": ALL, "etat": ALL}
        for name, field in self.base_fields.items():
            offered = {code for code, _ in field.choices}  # type: ignore[attr-defined]
            if asked.get(name) in offered:
                said[name] = str(asked[name])
        super().__init__(said, use_required_attribute=False)
        self.chosen = "" if said["departement"] == ALL else said["departement"]
        self.listed = "" if said["etat"] == ALL else said["etat"]


class FindForm(forms.Form):
    finess = forms.CharField(
        label="Numéro FINESS de la structure",
        help_text="9 caractères, numéro géographique.",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_finess(self) -> str:
        number = compact(self.cleaned_data["finess"])
        if len(number) != 9:
            raise forms.ValidationError("Un numéro FINESS compte 9 caractères.")
        if not finess_ok(number) and number[1:2] not in {"A", "B"}:
            raise forms.ValidationError("Clé incorrecte\u202f: vérifiez le numéro.")
        return number


class ListingForm(forms.Form):
    """Indications, day and decision."""

    indications = forms.ModelMultipleChoiceField(
        Indication.objects.none(), label="Indications", widget=forms.CheckboxSelectMultiple
    )
    on = FrenchDateField(label="Inscrite à partir du")
    reference = forms.CharField(
        label="Décision",
        help_text="Par exemple\u202f: décision du directeur général de l’ANSM du 22/11/2021.",
        max_length=160,
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, indications: Sequence[Indication]
    ) -> None:
        super().__init__(data)
        offered = Indication.objects.filter(pk__in=[one.pk for one in indications])
        self.fields["indications"].queryset = offered.order_by("programme", "label")  # type: ignore[attr-defined]
        several = len({one.programme_id for one in indications}) > 1
        self.fields["indications"].label_from_instance = (  # type: ignore[attr-defined]
            lambda one: f"{one.label} ({one.programme.short_name})" if several else one.label
        )

    def decision(self) -> Decision:
        return Decision(self.cleaned_data["on"], self.cleaned_data["reference"])


class DelistForm(forms.Form):
    on = FrenchDateField(label="Retirée à partir du")
    reference = forms.CharField(label="Décision de retrait", max_length=160)

    def decision(self) -> Decision:
        return Decision(self.cleaned_data["on"], self.cleaned_data["reference"])
