"""Real threads, real transactions: one visit, whoever sends it, however often."""

from dataclasses import replace

import pytest

from core.models import JournalLine, OutgoingMail
from followup import actions, tasks
from followup.models import Visit
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.followup.test_actions import AT, HELD, ONCE
from tests.together import together


pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


def test_a_double_click_is_one_visit():
    visit = VisitFactory()
    doctor = visit.enrolment.included_by
    click = lambda: actions.hold(visit, HELD, once_only=ONCE, by=doctor, at=AT)  # noqa: E731

    answers = together([click] * 4)

    assert answers == [str(visit.public_id)] * 4
    assert JournalLine.objects.filter(action="visit.held").count() == 1


def test_two_doctors_do_not_hold_one_visit():
    visit = VisitFactory()
    first = visit.enrolment.included_by
    second = MemberFactory(site=first.site, programme=visit.enrolment.programme)

    answers = together(
        [
            lambda by=by: actions.hold(
                visit, HELD, once_only=replace(ONCE, key=f"key-{by.pk}"), by=by, at=AT
            )
            for by in (first, second)
        ]
    )

    refusals = [answer for answer in answers if isinstance(answer, actions.CannotHold)]
    assert len(refusals) == 1
    assert answers.count(str(visit.public_id)) == 1
    assert Visit.objects.get().held_by in {first, second}


def test_two_workers_queue_one_digest():
    VisitFactory(due_on=AT.date())

    counts = together([lambda: tasks.remind_sites()] * 2)

    assert OutgoingMail.objects.count() == 1
    assert sorted(counts)[-1] == 1
