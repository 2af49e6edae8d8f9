from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from accounts.enums import SiteKind
from accounts.models import Site
from core.fields import FrenchDateField, FrenchIntegerField
from programmes.actions.openings import Wanted
from programmes.enums import LIMITS, OpeningKind
from programmes.models import Indication, Programme


class OpeningForm(forms.Form):
    """A limit, a closure or the opinion, to be looked at before it is published."""

    kind = forms.ChoiceField(label="Nature", choices=OpeningKind, widget=forms.RadioSelect)
    places = FrenchIntegerField(label="Patients suivis au plus", min_value=1, required=False)
    indication = forms.ModelChoiceField(
        Indication.objects.none(), label="Indication", required=False, empty_label="Chacune"
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label="Structure",
        to_field_name="public_id",
        required=False,
        empty_label="Chacune",
    )
    valid_from = FrenchDateField(
        label="À partir du",
        help_text="Pour l’avis de la HAS, le jour de sa publication. Format\u202f: JJ/MM/AAAA",
    )
    valid_to = FrenchDateField(
        label="Jusqu’au", help_text="Inclus. Vide\u202f: sans fin prévue", required=False
    )
    reason = forms.CharField(
        label="Ce que liront les médecins",
        help_text="Une phrase, sans point final",
        max_length=200,
        required=False,
    )
    source = forms.CharField(
        label="Source", help_text="Texte ou décision, avec sa date", max_length=200
    )

    show_if = {
        "places": f"kind={'|'.join(LIMITS)}",
        "indication": f"kind={OpeningKind.INDICATION}",
        "site": f"kind={OpeningKind.SITE}",
        "reason": f"kind={OpeningKind.CLOSURE}",
        "valid_to": f"kind={'|'.join([*LIMITS, OpeningKind.CLOSURE])}",
    }
    optional_if_shown = {"indication", "site", "valid_to"}

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        fields["indication"].queryset = programme.indications.order_by("pk")
        structures = Site.objects.filter(kind=SiteKind.REFERENCE_CENTRE, closed_on=None)
        fields["site"].queryset = structures.order_by("town", "name", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts: date | None = cleaned.get("valid_from")
        ends: date | None = cleaned.get("valid_to")
        if starts and ends and ends < starts:
            self.add_error("valid_to", "La fin ne peut pas précéder le début.")
        if cleaned.get("kind") in LIMITS and not cleaned.get("places") and not self.errors:
            self.add_error("places", "Indiquez le nombre de patients.")
        if cleaned.get("kind") == OpeningKind.CLOSURE and not cleaned.get("reason"):
            self.add_error("reason", "Écrivez ce que liront les médecins.")
        return cleaned

    def wanted(self) -> Wanted:
        """Only what its kind asks: the rest was typed under another one."""
        told = self.cleaned_data
        kind = OpeningKind(told["kind"])
        return Wanted(
            kind=kind,
            valid_from=told["valid_from"],
            valid_to=None if kind == OpeningKind.OPINION else told["valid_to"],
            source=told["source"],
            places=told["places"] if kind in LIMITS else None,
            indication=told["indication"] if kind == OpeningKind.INDICATION else None,
            site=told["site"] if kind == OpeningKind.SITE else None,
            reason=told["reason"] if kind == OpeningKind.CLOSURE else "",
        )


class DayForm(forms.Form):
    """As if today were that day."""

    is_filter = True

    jour = FrenchDateField(label="Comme si nous étions le", required=False)
