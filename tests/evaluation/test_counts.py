"""Stored counts, plus what came since, are the figures of now."""

from datetime import UTC, date, datetime, timedelta

from evaluation import counts, cube
from evaluation.cube import Filters
from evaluation.enums import Measure
from evaluation.models import CountRun, MonthCount
from tests.evaluation.situations import NIGHT, TODAY, at, include, some_patients
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import IndicationFactory, ListingFactory, ProgrammeFactory
from tests.vigilance.factories import AdverseEventFactory


def figures(programme, filters=None):
    found = cube.read(programme, filters or Filters(), today=TODAY)
    totals = {measure.value: found.total(measure) for measure in Measure}
    return totals, dict(+found.active())


EVERYTHING = (
    {
        "INCLUDED": 4,
        "TREATED": 3,
        "STOPPED": 1,
        "ENDED": 1,
        "WITH_EVENT": 1,
        "EVENTS": 2,
        "SERIOUS_EVENTS": 1,
    },
    {"DN": 1, "SPAS-SEP": 1},
)


def test_without_a_night_everything_is_live():
    pain, _ = some_patients()
    include(IndicationFactory(), date(2026, 1, 15))

    assert figures(pain.programme) == EVERYTHING


def test_counts_of_the_night_are_the_same(django_assert_num_queries):
    pain, _ = some_patients()
    include(IndicationFactory(), date(2026, 1, 15))

    counts.recount(pain.programme, at=NIGHT, today=TODAY)

    assert figures(pain.programme) == EVERYTHING
    with django_assert_num_queries(3):  # the run, its counts, what came since
        cube.read(pain.programme, Filters(), today=TODAY)


def test_counting_twice_is_counting_once():
    pain, _ = some_patients()

    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    counts.recount(pain.programme, at=NIGHT, today=TODAY)

    assert figures(pain.programme) == EVERYTHING
    assert CountRun.objects.count() == 1


def test_the_night_and_the_day_never_overlap():
    """Whenever the night fell, the figures are those of the whole base."""
    pain, _ = some_patients()
    instant = datetime(2026, 1, 14, tzinfo=UTC)

    while instant < NIGHT:
        counts.recount(pain.programme, at=instant, today=TODAY)
        assert figures(pain.programme) == EVERYTHING, instant
        instant += timedelta(days=6)


def test_what_is_recorded_by_day_is_added():
    pain, _ = some_patients()
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    waiting = include(pain, date(2026, 4, 1))
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    PrescriptionFactory(
        enrolment=waiting, signed=True, is_initiation=True, signed_at=NIGHT + timedelta(hours=6)
    )
    waiting.first_treated_on = TODAY
    waiting.save()
    AdverseEventFactory(enrolment=waiting, recorded_at=NIGHT + timedelta(hours=7))

    totals, active = figures(pain.programme)

    assert (totals["INCLUDED"], totals["TREATED"]) == (5, 4)
    assert (totals["EVENTS"], totals["WITH_EVENT"], totals["SERIOUS_EVENTS"]) == (3, 2, 1)
    assert active == {"DN": 2, "SPAS-SEP": 1}


def test_who_came_treated_from_an_older_register_by_day_is_treated():
    """Without a first prescription here; out already, the active ones would be too few."""
    pain, _ = some_patients()
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    morning = NIGHT + timedelta(hours=6)
    told = {"indication": pain, "included_on": date(2026, 1, 5), "recorded_at": morning}
    EnrolmentFactory(first_treated_on=date(2026, 1, 6), **told)
    EnrolmentFactory(
        first_treated_on=date(2026, 1, 6), ended=True, **{**told, "end_recorded_at": morning}
    )

    totals, active = figures(pain.programme)

    assert (totals["INCLUDED"], totals["TREATED"], totals["STOPPED"]) == (6, 5, 2)
    assert active == {"DN": 2, "SPAS-SEP": 1}


def test_a_month_before_the_first_counted_is_shown():
    pain, _ = some_patients()
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    EnrolmentFactory(
        indication=pain, included_on=date(2025, 11, 3), recorded_at=NIGHT + timedelta(hours=1)
    )

    found = cube.read(pain.programme, Filters(), today=TODAY)

    assert found.by_month(Measure.INCLUDED) == [
        (date(2025, 11, 1), 1),
        (date(2025, 12, 1), 0),
        (date(2026, 1, 1), 2),
        (date(2026, 2, 1), 0),
        (date(2026, 3, 1), 2),
    ]


def test_filters_keep_some_cells_and_some_months():
    pain, _ = some_patients()
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    march = date(2026, 3, 1)

    of_pain = cube.read(pain.programme, Filters(groups=("DN",)), today=TODAY)
    of_lyon = cube.read(pain.programme, Filters(region="Auvergne-Rhône-Alpes"), today=TODAY)
    in_march = cube.read(pain.programme, Filters(since=march, until=march), today=TODAY)

    assert of_pain.total(Measure.INCLUDED) == 3
    assert of_lyon.by(Measure.INCLUDED, "departement") == {"69": 1}
    assert in_march.total(Measure.INCLUDED) == 2
    assert in_march.total(Measure.INCLUDED, whole=True) == 4
    assert in_march.active().total() == 2


def test_an_empty_programme_counts_nothing():
    programme = ProgrammeFactory()
    counts.recount(programme, at=NIGHT, today=TODAY)

    assert cube.read(programme, Filters(), today=TODAY).total(Measure.INCLUDED) == 0
    assert not MonthCount.objects.exists()


def test_places_are_counted_at_night():
    listing = ListingFactory()
    counts.recount(listing.indication.programme, at=NIGHT, today=TODAY)

    assert CountRun.objects.get().places == {"75": [1, 0]}
    assert at(TODAY).hour == 10
