"""The agenda of a doctor: whose visits, on which day, for how long, and nobody's name."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from core.models import JournalLine
from followup import actions, agenda
from followup.enums import VisitStatus
from followup.models import Feed, Visit
from patients.enums import EndReason, EnrolmentState
from patients.models import Enrolment
from tests.accounts.factories import ClosureFactory, MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.programmes.factories import AccreditationFactory


AT = datetime(2026, 3, 30, 9, tzinfo=UTC)


def visit(**fields):
    """Of a doctor who may see it, on Thursday 2 April 2026."""
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    return VisitFactory(enrolment=enrolment, **fields)


def read(member, at=AT):
    return agenda.render(member, at=at).replace("\r\n ", "")


def test_an_agenda_holds_numbers_and_names_nobody():
    mine, other = visit(), visit()

    text = read(mine.enrolment.included_by)

    assert f"SUMMARY:Consultation M1 – {mine.enrolment.number}" in text
    assert "DTSTART;VALUE=DATE:20260402" in text
    assert f"UID:{mine.public_id}@" in text
    assert other.enrolment.number not in text
    for name in ("dupont", "jeanne", "martin", "1980"):
        assert name not in text.casefold()


@pytest.mark.parametrize("closed", [(date(2026, 4, 2), 3), (date(2026, 3, 26), None)])
def test_a_closed_day_shows_the_day_that_is_proposed(closed):
    mine = visit()
    first, day = closed
    ClosureFactory(
        site=mine.enrolment.site,
        starts_on=first,
        ends_on=date(2026, 4, 2) if day else date(2026, 4, 9),
    )

    shown = f"2026040{day or 2}"
    assert f"DTSTART;VALUE=DATE:{shown}" in read(mine.enrolment.included_by)


def test_a_past_day_stays_where_it_was():
    mine = visit(due_on=date(2026, 3, 28))

    assert "DTSTART;VALUE=DATE:20260328" in read(mine.enrolment.included_by)


@pytest.mark.parametrize(
    ("due_on", "held"),
    [
        (AT.date() - timedelta(days=agenda.PAST_DAYS + 1), False),
        (AT.date() - timedelta(days=agenda.PAST_DAYS), True),
        (AT.date() + timedelta(days=agenda.AHEAD_DAYS), True),
        (AT.date() + timedelta(days=agenda.AHEAD_DAYS + 1), False),
    ],
)
def test_how_far_an_agenda_looks(due_on, held):
    mine = visit(due_on=due_on)

    assert (mine.enrolment.number in read(mine.enrolment.included_by)) == held


@pytest.mark.parametrize("why", ["held", "left"])
def test_what_is_over_is_not_in_it(why):
    mine = visit()
    if why == "held":
        Visit.objects.update(status=VisitStatus.CLOSED)
    else:
        Enrolment.objects.update(
            state=EnrolmentState.ENDED, ended_on=date(2026, 3, 20), end_reason=EndReason.OTHER
        )

    assert "BEGIN:VEVENT" not in read(mine.enrolment.included_by)


def test_a_relay_doctor_has_the_simple_visits():
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    mine = visit(simple=True)
    AccreditationFactory(member=relay, programme=mine.enrolment.programme)
    Enrolment.objects.update(relay_doctor=relay)
    VisitFactory(enrolment=mine.enrolment, code="M3", due_on=date(2026, 6, 2))

    text = read(relay)

    assert text.count("BEGIN:VEVENT") == 1
    assert "Consultation simple" in text


def test_an_agenda_costs_the_same_whatever_it_holds(django_assert_num_queries):
    mine = visit()
    for months in range(3, 9):
        VisitFactory(enrolment=mine.enrolment, code=f"M{months}", due_on=date(2026, 3 + months, 2))

    with django_assert_num_queries(3):
        agenda.render(mine.enrolment.included_by, at=AT)


# --- The secret -------------------------------------------------------------------------------


def test_a_new_secret_kills_the_one_before():
    member = MemberFactory()

    first, second = (actions.open_feed(by=member, at=AT) for _ in range(2))

    assert agenda.opened_by(first) is None
    assert agenda.opened_by(second).member == member
    assert second not in repr(Feed.objects.values_list("digest"))


def test_a_revoked_secret_opens_nothing():
    member = MemberFactory()
    secret = actions.open_feed(by=member, at=AT)

    assert [actions.revoke_feed(by=member, at=AT) for _ in range(2)] == [True, False]
    assert agenda.opened_by(secret) is None
    assert JournalLine.objects.filter(action="feed.revoked").count() == 1


@pytest.mark.parametrize("why", ["ended", "suspended"])
def test_the_secret_of_who_may_act_no_more_opens_nothing(why):
    member = MemberFactory()
    secret = actions.open_feed(by=member, at=AT)
    if why == "ended":
        member.ended_on = date(2026, 3, 1)
        member.save()
    else:
        member.user.suspended_at = AT
        member.user.save()

    assert agenda.opened_by(secret) is None


def test_reading_is_journaled_once_a_day():
    feed = agenda.opened_by(actions.open_feed(by=MemberFactory(), at=AT))
    today = timezone.localdate()

    for day in (today, today, today + timedelta(days=1)):
        actions.mark_read(feed, on=day)

    assert JournalLine.objects.filter(action="feed.read").count() == 2
