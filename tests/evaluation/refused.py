"""What the database refuses of counts and publications."""

from datetime import date

from tests.evaluation.factories import (
    CountRunFactory,
    MonthCountFactory,
    StatisticsReleaseFactory,
)
from tests.followup.refused import delete_as_owner


def twice(factory, *names):
    row = factory()
    factory(**{name: getattr(row, name) for name in names})


def change(release):
    release.figures = {"total": 1}
    release.save()


REFUSED = {
    "evaluation_counted_once": lambda: twice(MonthCountFactory, "programme"),
    "evaluation_measure_known": lambda: MonthCountFactory(measure="LUCK"),
    "evaluation_month_starts_a_month": lambda: CountRunFactory(first_month=date(2021, 3, 2)),
    "evaluation_quarter_released_once": lambda: twice(StatisticsReleaseFactory, "programme"),
    "evaluation_quarter_starts_a_quarter": lambda: StatisticsReleaseFactory(
        quarter=date(2023, 11, 1)
    ),
    "evaluation_release_is_frozen": lambda: change(StatisticsReleaseFactory()),
    "release_never_deleted": lambda: delete_as_owner(StatisticsReleaseFactory()),
}
