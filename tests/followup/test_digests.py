"""How often a member gets the digest: their choice, and what a failure of the machine changes."""

from datetime import UTC, date, datetime
from unittest import mock

import pytest

from accounts.enums import Role
from core.models import JournalLine, OutgoingMail
from followup import actions, rules, tasks
from followup.enums import Rhythm
from followup.models import DigestChoice
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import AccreditationFactory


# A Monday.
MONDAY = date(2026, 4, 6)


def run(day):
    at = datetime(day.year, day.month, day.day, 3, 10, tzinfo=UTC)
    with mock.patch("followup.tasks.timezone.now", return_value=at):
        return tasks.remind_sites()


def doctor_of(site, rhythm=None):
    """A doctor with a visit that is expected the whole month, and what they chose."""
    doctor = MemberFactory(site=site)
    enrolment = EnrolmentFactory(included_by=doctor)
    AccreditationFactory(member=doctor, programme=enrolment.programme)
    VisitFactory(
        enrolment=enrolment, opens_on=date(2026, 4, 1), due_on=MONDAY, closes_on=date(2026, 4, 30)
    )
    if rhythm:
        DigestChoice.objects.create(member=doctor, rhythm=rhythm)
    return doctor


def told(doctor):
    return OutgoingMail.objects.filter(to=doctor.user.email).count()


@pytest.mark.parametrize(
    ("rhythm", "day", "period"),
    [
        (Rhythm.DAILY, date(2026, 4, 6), "2026-04-06"),
        (Rhythm.WEEKLY, date(2026, 4, 5), "2026-W14"),
        (Rhythm.WEEKLY, date(2026, 4, 6), "2026-W15"),
        (Rhythm.WEEKLY, date(2026, 4, 12), "2026-W15"),
        # The first days of a year may belong to the week of the one before.
        (Rhythm.WEEKLY, date(2027, 1, 3), "2026-W53"),
        (Rhythm.NEVER, date(2026, 4, 6), ""),
    ],
)
def test_a_digest_is_told_once_in_its_period(rhythm, day, period):
    assert rules.digest_period(rhythm, day) == period


@pytest.mark.parametrize(
    ("rhythm", "count"), [(None, 3), (Rhythm.DAILY, 3), (Rhythm.WEEKLY, 1), (Rhythm.NEVER, 0)]
)
def test_at_a_place_without_address_each_doctor_has_their_rhythm(rhythm, count):
    doctor = doctor_of(SiteFactory(email=""), rhythm)

    for day in (MONDAY, date(2026, 4, 7), date(2026, 4, 8)):
        run(day)

    assert told(doctor) == count


@pytest.mark.parametrize(
    ("rhythm", "count"), [(None, 0), (Rhythm.DAILY, 2), (Rhythm.WEEKLY, 1), (Rhythm.NEVER, 0)]
)
def test_at_a_place_with_an_address_only_those_who_ask_have_one_too(rhythm, count):
    doctor = doctor_of(SiteFactory(), rhythm)

    for day in (MONDAY, date(2026, 4, 7)):
        run(day)

    assert told(doctor) == count
    assert OutgoingMail.objects.filter(to=doctor.site.email).count() == 2


@pytest.mark.parametrize(("rhythm", "count"), [(None, 1), (Rhythm.NEVER, 0)])
def test_a_relay_doctor_has_their_rhythm(rhythm, count):
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    enrolment = EnrolmentFactory(relay_doctor=relay)
    AccreditationFactory(member=relay, programme=enrolment.programme)
    VisitFactory(enrolment=enrolment, simple=True, due_on=MONDAY)
    if rhythm:
        DigestChoice.objects.create(member=relay, rhythm=rhythm)

    run(MONDAY)

    assert told(relay) == count


# T13, T01: three days off, the clock set back, a run repeated.
@pytest.mark.parametrize(
    ("rhythm", "days", "count"),
    [
        pytest.param(Rhythm.WEEKLY, [9, 10], 1, id="off from Monday to Wednesday"),
        pytest.param(Rhythm.WEEKLY, [6, 13], 2, id="the next week is another"),
        pytest.param(Rhythm.DAILY, [6, 9], 2, id="off three days: one, not three"),
        pytest.param(Rhythm.DAILY, [7, 6, 7], 2, id="the clock set back a day"),
        pytest.param(Rhythm.WEEKLY, [7, 6, 7], 1, id="set back in the week"),
    ],
)
def test_nobody_is_told_twice_nor_forgotten(rhythm, days, count):
    doctor = doctor_of(SiteFactory(email=""), rhythm)

    for day in days:
        run(date(2026, 4, day))

    assert told(doctor) == count


def test_a_choice_replaces_the_one_before():
    member = MemberFactory()

    actions.choose_rhythm(Rhythm.WEEKLY, by=member)
    actions.choose_rhythm(Rhythm.NEVER, by=member)

    assert DigestChoice.objects.get().rhythm == Rhythm.NEVER
    assert JournalLine.objects.filter(action="digest.chosen").count() == 2
