from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from evaluation import indicators
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.evaluation.situations import include, some_patients
from tests.programmes.factories import IndicationFactory, ListingFactory, ProgrammeFactory


BEFORE, LEAVING, AFTER = date(2026, 3, 19), date(2026, 3, 20), date(2026, 4, 10)


@pytest.mark.parametrize(
    ("indicator", "on", "value"),
    [
        (indicators.included, date(2026, 1, 14), 0),
        (indicators.included, date(2026, 1, 15), 2),
        (indicators.included, AFTER, 4),
        (indicators.active, BEFORE, 3),
        (indicators.active, LEAVING, 2),
        (indicators.entering, AFTER, 1),
        (indicators.exited, BEFORE, 0),
        (indicators.exited, LEAVING, 1),
        (indicators.exited_by_reason, LEAVING, {"INEFFICACY": 1}),
        (indicators.active_by_indication, BEFORE, {"DN": 2, "SPAS-SEP": 1}),
        (indicators.included_by_indication, AFTER, {"DN": 3, "SPAS": 1}),
        (indicators.with_adverse_event, date(2026, 2, 9), 0),
        (indicators.with_adverse_event, AFTER, 1),
        (indicators.inclusions_by_month, AFTER, {date(2026, 1, 1): 2, date(2026, 3, 1): 2}),
        (indicators.included_by_departement, AFTER, {"69": 1, "75": 3}),
        (indicators.included_by_region, AFTER, {"Auvergne-Rhône-Alpes": 1, "Île-de-France": 3}),
    ],
)
def test_indicators_on_both_sides_of_a_day(indicator, on, value, django_assert_num_queries):
    pain, _ = some_patients()
    include(IndicationFactory(), date(2026, 1, 15), first_treated_on=date(2026, 1, 15))

    with django_assert_num_queries(1):
        found = indicator(pain.programme, on)

    assert found == value


def test_what_was_recorded_later_was_not_known():
    pain, _ = some_patients()
    noon = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)

    assert indicators.included(pain.programme, AFTER, recorded_by=noon) == 2
    assert indicators.with_adverse_event(pain.programme, AFTER, recorded_by=noon) == 0


def test_first_inclusion():
    pain, _ = some_patients()

    assert indicators.first_inclusion(pain.programme) == date(2026, 1, 15)
    assert indicators.first_inclusion(ProgrammeFactory()) is None


def test_structures_are_listed_and_pharmacies_accredited():
    pain = IndicationFactory()
    site = SiteFactory(departement="2A")
    ListingFactory(site=site, indication=pain)
    ListingFactory(site=site, indication=IndicationFactory(programme=pain.programme))
    ListingFactory(indication=pain, delisted_on=date(2026, 3, 19))
    ListingFactory()
    MemberFactory(role=Role.PHARMACIST, programme=pain.programme)
    MemberFactory(role=Role.PHARMACIST, programme=ProgrammeFactory())
    hospital = SiteFactory(hospital_pharmacy=True)
    MemberFactory(role=Role.PHARMACIST, site=hospital, programme=pain.programme)
    MemberFactory(role=Role.PHARMACIST, site=hospital, programme=pain.programme)

    assert indicators.structures(pain.programme, BEFORE) == 1
    assert indicators.structures_by_departement(pain.programme, BEFORE) == {"2A": 1}
    assert indicators.hospital_pharmacies(pain.programme, BEFORE) == 1
    assert indicators.community_pharmacies(pain.programme, BEFORE) == 1
    assert indicators.pharmacies_by_departement(pain.programme, BEFORE) == {"75": 2}
