from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from patients.actions.screening import Seen
from patients.enums import AgeBand, ScreeningReason
from programmes.models import Criterion, Indication, Programme


class _Indications(forms.ModelChoiceField):
    """The programme is told where there are several: they share their labels."""

    several = False

    def label_from_instance(self, one: Indication) -> str:
        return f"{one.label} ({one.programme.short_name})" if self.several else one.label


class _Criteria(forms.ModelChoiceField):
    def label_from_instance(self, criterion: Criterion) -> str:
        return f"{criterion.text} ({criterion.criteria_set.version})"


class NotIncludedForm(forms.Form):
    """Why somebody was not included, and nothing that says who."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label="Programme", to_field_name="public_id", empty_label=None
    )
    indication = _Indications(
        Indication.objects.none(),
        label="Indication",
        required=False,
        empty_label="Aucune de celles du programme",
    )
    age_band = forms.ChoiceField(label="Âge", choices=AgeBand, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label="Motif", choices=ScreeningReason, widget=forms.RadioSelect)
    criterion = _Criteria(
        Criterion.objects.none(), label="Quel critère", required=False, empty_label="–", blank=True
    )

    show_if = {"criterion": f"reason={ScreeningReason.CRITERION}"}

    def __init__(self, *args: Any, programmes: QuerySet[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        fields["programme"].queryset = programmes
        indications = Indication.objects.filter(programme__in=programmes)
        # Before the choices are made: they are copied with the list.
        fields["indication"].several = programmes.count() > 1
        loaded = indications.select_related("programme").order_by("programme", "pk")
        fields["indication"].queryset = loaded
        criteria = Criterion.objects.filter(criteria_set__programme__in=programmes)
        fields["criterion"].queryset = criteria.select_related("criteria_set").order_by(
            "-criteria_set__valid_from", "position", "pk"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        programme = cleaned.get("programme")
        for name in ("indication", "criterion"):
            one = cleaned.get(name)
            if one and programme and _programme_of(one) != programme.pk:
                self.add_error(name, "Choisissez dans le programme indiqué plus haut.")
        if cleaned.get("reason") == ScreeningReason.CRITERION and not cleaned.get("criterion"):
            self.add_error("criterion", "Indiquez le critère.")
        return cleaned

    def seen(self) -> Seen:
        told = dict(self.cleaned_data)
        if told["reason"] != ScreeningReason.CRITERION:
            told["criterion"] = None
        return Seen(**told)


def _programme_of(one: Indication | Criterion) -> int:
    return one.programme_id if isinstance(one, Indication) else one.criteria_set.programme_id
