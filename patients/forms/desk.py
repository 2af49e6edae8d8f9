from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Site
from patients.enums import TransferReason, TransferRefusal


class _Structures(forms.ModelChoiceField):
    def label_from_instance(self, site: Site) -> str:
        return f"{site.town} – {site.name} ({site.departement})"


class TransferForm(forms.Form):
    """Which structure is asked to follow the patient, and why."""

    to_site = _Structures(
        Site.objects.none(),
        label="Structure demandée",
        to_field_name="public_id",
        empty_label="Choisissez une structure",
        help_text="Celles qui sont inscrites aujourd’hui pour l’indication du patient.",
    )
    reason = forms.ChoiceField(label="Motif", choices=TransferReason, widget=forms.RadioSelect)

    def __init__(self, *args: Any, structures: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to_site"]
        field.queryset = structures


class RefusalForm(forms.Form):
    """Why a transfer is refused."""

    refusal = forms.ChoiceField(
        label="Motif du refus", choices=[("", "–"), *TransferRefusal.choices]
    )


class ApartForm(forms.Form):
    """Why two patients who look alike are two persons."""

    reason = forms.CharField(
        label="Pourquoi ce sont deux personnes",
        help_text="Par exemple\u202f: jumeaux, papiers d’identité comparés, parent et enfant.",
        max_length=300,
    )
