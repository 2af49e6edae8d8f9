import datetime

import factory

from evaluation.enums import Measure
from evaluation.models import CountRun, MonthCount, StatisticsRelease
from tests.programmes.factories import ProgrammeFactory


class MonthCountFactory(factory.django.DjangoModelFactory):
    """One inclusion in Paris, in the first month counted."""

    class Meta:
        model = MonthCount

    programme = factory.SubFactory(ProgrammeFactory)
    measure = Measure.INCLUDED
    indication = "DN"
    region = "Île-de-France"
    departement = "75"
    counts = factory.LazyFunction(lambda: [1])


class CountRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CountRun

    programme = factory.SubFactory(ProgrammeFactory)
    counted_at = datetime.datetime(2026, 3, 1, 2, 30, tzinfo=datetime.UTC)
    first_month = datetime.date(2021, 3, 1)


class StatisticsReleaseFactory(factory.django.DjangoModelFactory):
    """The last quarter of 2023."""

    class Meta:
        model = StatisticsRelease

    programme = factory.SubFactory(ProgrammeFactory)
    quarter = datetime.date(2023, 10, 1)
    released_at = datetime.datetime(2024, 1, 31, 3, tzinfo=datetime.UTC)
    figures = factory.LazyAttribute(
        lambda row: {
            "programme": row.programme.code,
            "trimestre": "2023Q4",
            "du": "2023-10-01",
            "au": "2023-12-31",
            "indications": [],
            "total": {
                "trimestre": {"valeur": 0, "au_moins": False},
                "cumul": {"valeur": 0, "au_moins": False},
            },
        }
    )
