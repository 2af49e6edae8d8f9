from collections.abc import Sequence
from datetime import date

from django import forms
from django.http import QueryDict

from accounts.geography import REGIONS
from core.months import add_months
from evaluation.cube import Filters
from evaluation.enums import DataSet, Layout
from programmes.models import Programme
from programmes.models.programme import ProgrammeQuerySet


LAST_YEAR = "12m"


class FilterForm(forms.Form):
    """What the dashboard shows: an address can be kept and sent, so nothing of it is refused.

    A value that does not exist filters nothing.
    """

    programme = forms.ChoiceField(label="Programme", required=False)
    periode = forms.ChoiceField(label="Période", required=False)
    indication = forms.ChoiceField(label="Indication", required=False)
    region = forms.ChoiceField(label="Région", required=False)

    def __init__(self, data: QueryDict, *, programmes: Sequence[Programme], today: date) -> None:
        super().__init__(data)
        self.today = today
        named = [(one.code, one.short_name) for one in programmes]
        self._choose("programme", named)
        wanted = self["programme"].value()
        self.chosen = next((one for one in programmes if one.code == wanted), programmes[0])
        # Subtypes are loaded with the indications.
        self.indications = list(self.chosen.indications.all())
        years = range(today.year, self.chosen.opens_on.year - 1, -1)
        self._choose(
            "periode",
            [
                ("", "Depuis l’ouverture"),
                (LAST_YEAR, "12 derniers mois"),
                *((str(year), f"Année {year}") for year in years),
            ],
        )
        self._choose("indication", [("", "Toutes"), *((i.code, i.label) for i in self.indications)])
        self._choose("region", [("", "France entière"), *((name, name) for name in REGIONS)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def value(self, name: str) -> str:
        """What was chosen, "" when it is not among the choices."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    @property
    def filters(self) -> Filters:
        since, until = self._months()
        return Filters(since, until, self._groups(), self.value("region"))

    def _months(self) -> tuple[date | None, date | None]:
        """First and last month of the period."""
        chosen = self.value("periode")
        if chosen == LAST_YEAR:
            this_month = self.today.replace(day=1)
            return add_months(this_month, -11), this_month
        if chosen:
            return date(int(chosen), 1, 1), date(int(chosen), 12, 1)
        return None, None

    def _groups(self) -> tuple[str, ...]:
        chosen = self.value("indication")
        for one in self.indications:
            if one.code == chosen:
                return (one.code, *(subtype.code for subtype in one.subtypes.all()))
        return ()


class ExportForm(forms.Form):
    """Which data of which programme, and how it is written."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label="Programme", to_field_name="code", empty_label=None
    )
    content = forms.ChoiceField(
        label="Données", choices=DataSet.choices, widget=forms.RadioSelect, initial=DataSet.VISITS
    )
    layout = forms.ChoiceField(
        label="Format", choices=Layout.choices, widget=forms.RadioSelect, initial=Layout.EXCEL
    )

    def __init__(self, data: QueryDict | None, *, programmes: ProgrammeQuerySet) -> None:
        super().__init__(data)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
