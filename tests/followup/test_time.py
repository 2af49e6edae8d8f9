"""The cases of `security.md` T that touch visits: one table a case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.models import JournalLine
from followup import actions, rules
from followup.enums import VisitStatus
from followup.models import Visit
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import VisitFactory
from tests.followup.test_actions import HELD, ONCE
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import AccreditationFactory


# T07, the four inclusions, with the visits of the programme. Source: interop.md 3.9.
@pytest.mark.parametrize(
    ("included_on", "due"),
    [
        (date(2024, 1, 31), {1: (2024, 2, 29), 3: (2024, 4, 30), 12: (2025, 1, 31)}),
        (date(2023, 1, 29), {1: (2023, 2, 28), 13: (2024, 2, 29), 25: (2025, 2, 28)}),
        (date(2024, 8, 31), {1: (2024, 9, 30), 6: (2025, 2, 28), 18: (2026, 2, 28)}),
        (date(2024, 2, 29), {1: (2024, 3, 29), 12: (2025, 2, 28), 48: (2028, 2, 29)}),
    ],
    ids=str,
)
def test_t07_months_end_where_they_end(included_on, due):
    found = {months: rules.due_on(included_on, months) for months in due}

    assert found == {months: date(*day) for months, day in due.items()}


# T04: 28 days from 10 October 2026, over the change of the hour.
def test_t04_a_renewal_falls_on_the_last_of_28_days():
    prescription = PrescriptionFactory(signed=True, starts_on=date(2026, 10, 10))

    actions.plan_missing_renewal(
        prescription.enrolment_id, at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    )

    assert Visit.objects.get().due_on == date(2026, 11, 6)


# T05: two minutes to midnight in Paris and two after, and what day that is elsewhere.
BEFORE, AFTER = datetime(2026, 4, 2, 21, 58, tzinfo=UTC), datetime(2026, 4, 2, 22, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "today"),
    [
        ("Europe/Paris", BEFORE, date(2026, 4, 2)),
        ("Europe/Paris", AFTER, date(2026, 4, 3)),
        ("Indian/Reunion", BEFORE, date(2026, 4, 3)),
        ("America/Guadeloupe", AFTER, date(2026, 4, 2)),
    ],
)
def test_t05_the_last_day_that_may_be_said_is_that_of_the_place(zone, at, today):
    doctor = MemberFactory(site=SiteFactory(time_zone=zone))
    visit = VisitFactory(enrolment=EnrolmentFactory(included_by=doctor))
    AccreditationFactory(member=doctor, programme=visit.enrolment.programme)
    tomorrow = replace(HELD, held_on=today + timedelta(days=1))

    with pytest.raises(actions.CannotHold, match="à venir"):
        actions.hold(visit, tomorrow, once_only=ONCE, by=doctor, at=at)
    assert not JournalLine.objects.exists()
    said = replace(HELD, held_on=today)
    actions.hold(visit, said, once_only=replace(ONCE, key="key-2"), by=doctor, at=at)

    assert Visit.objects.get(pk=visit.pk).held_on == today


# T08: the patient of the factory was included on 2 March 2026; it is 2 April.
@pytest.mark.parametrize(
    ("held_on", "next_on", "field"),
    [
        pytest.param(date(2026, 4, 3), None, "held_on", id="a visit to come"),
        pytest.param(date(2026, 3, 1), None, "held_on", id="before the inclusion"),
        pytest.param(date(2026, 4, 2), date(2026, 4, 2), "next_on", id="the next one the same day"),
        pytest.param(date(2026, 4, 2), date(2026, 4, 1), "next_on", id="the next one before"),
    ],
)
def test_t08_impossible_dates_are_refused(held_on, next_on, field):
    visit = VisitFactory()
    said = replace(HELD, held_on=held_on, next_on=next_on, timing_reason="OTHER")

    with pytest.raises(actions.CannotHold) as refusal:
        actions.hold(
            visit,
            said,
            once_only=ONCE,
            by=visit.enrolment.included_by,
            at=datetime(2026, 4, 2, 12, tzinfo=UTC),
        )

    assert refusal.value.field == field
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED
    assert not JournalLine.objects.exists()
