"""A date that falls on a closed day: said, another one proposed, nothing refused."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from followup import calendar_steps
from tests.accounts.factories import ClosureFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


TODAY = date(2026, 3, 2)
# A Thursday, a week around: 26 March to 9 April.
DUE = date(2026, 4, 2)


def step_of(visit, today=TODAY):
    steps = calendar_steps.steps(visit.enrolment, today)
    return calendar_steps.with_closures(steps, visit.enrolment, today)[0]


def closed(visit, first, last):
    ClosureFactory(site=visit.enrolment.site, starts_on=first, ends_on=last)


@pytest.mark.parametrize(
    ("first", "last", "proposed"),
    [
        pytest.param(DUE, DUE, date(2026, 4, 3), id="one day: the next"),
        pytest.param(DUE, date(2026, 4, 3), date(2026, 4, 6), id="over the week-end"),
        pytest.param(DUE, date(2026, 4, 9), date(2026, 4, 1), id="until its end: the day before"),
        pytest.param(date(2026, 3, 26), date(2026, 4, 9), None, id="the whole window"),
    ],
)
def test_the_nearest_open_day_of_the_window_is_proposed(first, last, proposed):
    visit = VisitFactory()
    closed(visit, first, last)

    step = step_of(visit)

    assert (step.is_closed, step.proposed_on, step.on) == (True, proposed, DUE)


def test_a_day_that_is_past_is_not_proposed():
    visit = VisitFactory()
    closed(visit, DUE, date(2026, 4, 9))

    assert step_of(visit, DUE).proposed_on is None


@pytest.mark.parametrize("why", ["another place", "an open day", "held", "past"])
def test_nothing_is_said_of_other_days(why):
    visit = VisitFactory(done=why == "held")
    if why == "another place":
        ClosureFactory(starts_on=DUE, ends_on=DUE)
    else:
        day = date(2026, 4, 3) if why == "an open day" else DUE
        closed(visit, day, day)

    step = step_of(visit, date(2026, 4, 3) if why == "past" else TODAY)

    assert (step.is_closed, step.proposed_on) == (False, None)


def test_the_list_says_so(sign_in):
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    # A Sunday, beyond today.
    due_on = date(timezone.localdate().year + 2, 1, 1)
    due_on = due_on.replace(day=1 + (7 - due_on.isoweekday()) % 7)
    VisitFactory(enrolment=enrolment, due_on=due_on)
    client = sign_in(enrolment.included_by)

    assertContains(
        client.get(reverse("followup:list", args=[enrolment.public_id])),
        "Structure fermée ce jour, proposer le",
    )
    enrolment.site.open_weekdays = "1234567"
    enrolment.site.save()

    assertNotContains(
        client.get(reverse("followup:list", args=[enrolment.public_id])), "Structure fermée"
    )
