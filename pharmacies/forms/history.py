from django import forms
from django.http import QueryDict

from core.fields import FrenchDateField
from pharmacies.models.dispensation import DispensationQuerySet


class DaysForm(forms.Form):
    """Dispensations from one day to another, both included; a wrong date filters nothing."""

    is_filter = True

    du = FrenchDateField(label="Délivrées à partir du", required=False)
    au = FrenchDateField(label="Délivrées jusqu’au", required=False)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked, use_required_attribute=False)
        self.full_clean()

    @property
    def filters(self) -> bool:
        return any(self.cleaned_data.values())

    def kept(self, rows: DispensationQuerySet) -> DispensationQuerySet:
        since, until = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        if since:
            rows = rows.filter(dispensed_on__gte=since)
        return rows.filter(dispensed_on__lte=until) if until else rows
