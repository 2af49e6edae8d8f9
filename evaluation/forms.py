from collections.abc import Sequence
from datetime import date

from django import forms
from django.http import QueryDict

from accounts.geography import REGIONS
from core.months import add_months
from evaluation import published
from evaluation.cube import Filters
from evaluation.enums import DataSet, Layout, Purpose
from evaluation.models import StatisticsRelease
from programmes.models import Programme
from programmes.models.programme import ProgrammeQuerySet


EVERY = "toutes"
LAST_YEAR = "12m"

Choices = list[tuple[str, str]]


class FilterForm(forms.Form):
    """What the dashboard shows. An address can be kept and sent: nothing of it is refused.

    What is not said, or does not exist, is the first choice.
    """

    programme = forms.ChoiceField(label="Programme")
    periode = forms.ChoiceField(label="Période")
    indication = forms.ChoiceField(label="Indication")
    region = forms.ChoiceField(label="Région")

    def __init__(self, asked: QueryDict, *, programmes: Sequence[Programme], today: date) -> None:
        self.today = today
        wanted = asked.get("programme")
        self.chosen = next((one for one in programmes if one.code == wanted), programmes[0])
        # Subtypes are loaded with the indications.
        self.indications = list(self.chosen.indications.all())
        choices = {
            "programme": [(one.code, one.short_name) for one in programmes],
            "periode": self._periods(),
            "indication": [(EVERY, "Toutes"), *((i.code, i.label) for i in self.indications)],
            "region": [(EVERY, "France entière"), *((name, name) for name in REGIONS)],
        }
        self.said = {name: _known(asked.get(name), some) for name, some in choices.items()}
        self.said["programme"] = self.chosen.code
        super().__init__(self.said, use_required_attribute=False)
        for name, some in choices.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]

    def _periods(self) -> Choices:
        years = range(self.today.year, self.chosen.opens_on.year - 1, -1)
        return [
            (EVERY, "Depuis l’ouverture"),
            (LAST_YEAR, "12 derniers mois"),
            *((str(year), f"Année {year}") for year in years),
        ]

    @property
    def filters(self) -> Filters:
        since, until = self._months()
        region = self.said["region"]
        return Filters(since, until, self._groups(), "" if region == EVERY else region)

    def _months(self) -> tuple[date | None, date | None]:
        """First and last month of the period."""
        period = self.said["periode"]
        if period == LAST_YEAR:
            this_month = self.today.replace(day=1)
            return add_months(this_month, -11), this_month
        if period == EVERY:
            return None, None
        return date(int(period), 1, 1), date(int(period), 12, 1)

    def _groups(self) -> tuple[str, ...]:
        """The code of the indication chosen, and of its subtypes."""
        for one in self.indications:
            if one.code == self.said["indication"]:
                return (one.code, *(subtype.code for subtype in one.subtypes.all()))
        return ()


def _known(value: str | None, choices: Choices) -> str:
    codes = [code for code, _ in choices]
    return value if value in codes else codes[0]


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

    purpose = forms.ChoiceField(
        label="Finalité",
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        initial=Purpose.EVALUATION,
    )

    def __init__(self, data: QueryDict | None, *, programmes: ProgrammeQuerySet) -> None:
        super().__init__(data)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class PublishedForm(forms.Form):
    """Which published quarter is read: the newest one when nothing sensible is asked."""

    publication = forms.ChoiceField(label="Publication")

    def __init__(self, asked: QueryDict, *, releases: Sequence[StatisticsRelease]) -> None:
        self.releases = {str(one.public_id): one for one in releases}
        newest = next(iter(self.releases), "")
        super().__init__({"publication": newest} | asked.dict(), use_required_attribute=False)
        self.fields["publication"].choices = [  # type: ignore[attr-defined]
            (key, f"{one.programme.short_name}, {published.in_words(one.quarter)}")
            for key, one in self.releases.items()
        ]

    def chosen(self) -> StatisticsRelease | None:
        if self.is_valid():
            return self.releases[self.cleaned_data["publication"]]
        return next(iter(self.releases.values()), None)
