"""Looking for a patient: attempts, what they are refused, and the ways a search ends."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.models import JournalLine
from followup import actions, rules
from followup.enums import Answered, Means, Outcome
from followup.models import Attempt, Search
from patients import actions as acts_before
from patients.enums import EndReason, EnrolmentState
from patients.models import Enrolment
from tests.followup.factories import AttemptFactory, SearchFactory, VisitFactory
from tests.followup.test_actions import HELD, ONCE
from tests.patients.factories import EnrolmentFactory
from tests.together import together


AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
TRIED = actions.Tried(date(2026, 7, 1), Means.PHONE, Answered.NOTHING)


def attempt(enrolment, tried=TRIED, at=AT):
    return actions.record_attempt(enrolment, tried, by=enrolment.included_by, at=at)


@pytest.mark.parametrize(
    ("last_seen_on", "dormant"),
    [(date(2026, 4, 3), False), (date(2026, 4, 2), True), (date(2026, 1, 1), True)],
)
def test_a_patient_is_dormant_on_the_ninetieth_day(last_seen_on, dormant):
    assert rules.is_dormant(last_seen_on, date(2026, 7, 1)) == dormant


@pytest.mark.parametrize(
    ("means", "short"),
    [
        ([], True),
        ([Means.PHONE, Means.LETTER], True),
        ([Means.PHONE] * 3, True),
        ([Means.PHONE, Means.PHONE, Means.LETTER], False),
    ],
)
def test_three_attempts_by_two_means_are_advised(means, short):
    assert rules.search_is_short(means) == short


def test_the_first_attempt_opens_the_search_and_the_others_join_it():
    enrolment = EnrolmentFactory()

    attempt(enrolment)
    attempt(enrolment, replace(TRIED, means=Means.LETTER, answered=Answered.WORD_LEFT))

    search = Search.objects.get()
    assert (search.enrolment, search.opened_at, search.outcome) == (enrolment, AT, "")
    assert [one.means for one in search.attempts.order_by("pk")] == ["PHONE", "LETTER"]
    line = JournalLine.objects.filter(action="search.attempt").first()
    assert line.subject == str(enrolment.public_id)


@pytest.mark.parametrize(
    ("on", "state", "field", "match"),
    [
        pytest.param(date(2026, 7, 2), "ACTIVE", "attempted_on", "à venir", id="tomorrow"),
        pytest.param(date(2026, 3, 1), "ACTIVE", "attempted_on", "inclus le", id="too early"),
        pytest.param(date(2026, 7, 1), "CANCELLED", "", "plus suivi", id="not followed"),
    ],
)
def test_attempts_that_make_no_sense_are_refused(on, state, field, match):
    enrolment = EnrolmentFactory(state=EnrolmentState(state))

    with pytest.raises(actions.CannotSearch, match=match) as refusal:
        attempt(enrolment, replace(TRIED, attempted_on=on))

    assert refusal.value.field == field
    assert not Search.objects.exists()
    assert not JournalLine.objects.exists()


def test_the_day_of_the_inclusion_is_early_enough():
    attempt(EnrolmentFactory(), replace(TRIED, attempted_on=date(2026, 3, 2)))

    assert Attempt.objects.count() == 1


def test_a_patient_is_found_again_and_may_be_looked_for_once_more():
    search = AttemptFactory().search
    enrolment = search.enrolment

    actions.find(enrolment, by=search.opened_by, at=AT)
    attempt(enrolment)

    search.refresh_from_db()
    assert (search.outcome, search.closed_by, search.closed_at) == ("FOUND", search.opened_by, AT)
    assert Search.objects.under_way().count() == 1
    assert JournalLine.objects.get(action="search.ended").detail["outcome"] == "FOUND"


def test_nobody_is_found_who_is_not_looked_for():
    enrolment = EnrolmentFactory()

    with pytest.raises(actions.CannotSearch, match="Aucune recherche"):
        actions.find(enrolment, by=enrolment.included_by, at=AT)
    assert not JournalLine.objects.exists()


def test_a_visit_ends_the_search():
    search = SearchFactory(enrolment=VisitFactory(due_on=date(2026, 7, 1)).enrolment)
    SearchFactory()  # another patient's
    said = replace(HELD, held_on=date(2026, 7, 1))

    actions.hold(search.enrolment.visits.get(), said, once_only=ONCE, by=search.opened_by, at=AT)

    search.refresh_from_db()
    assert search.outcome == Outcome.FOUND
    assert Search.objects.under_way().count() == 1


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [(EndReason.LOST_TO_FOLLOWUP, Outcome.LOST), (EndReason.DEATH, Outcome.LEFT)],
)
def test_an_exit_ends_the_search(reason, outcome):
    search = SearchFactory()

    acts_before.end(
        search.enrolment,
        reason=reason,
        on=date(2026, 7, 1),
        weaning=False,
        by=search.opened_by,
        at=AT,
    )

    search.refresh_from_db()
    assert search.outcome == outcome


def test_an_exit_of_nobody_looked_for_writes_no_search():
    enrolment = EnrolmentFactory()

    acts_before.end(
        enrolment,
        reason=EndReason.OTHER,
        on=date(2026, 7, 1),
        weaning=False,
        by=enrolment.included_by,
        at=AT,
    )

    assert not Search.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_people_open_one_search():
    enrolment = EnrolmentFactory()
    doctor = Enrolment.objects.select_related("included_by__site").get().included_by

    together(
        [
            lambda: actions.record_attempt(enrolment, TRIED, by=doctor, at=AT),
            lambda: actions.record_attempt(enrolment, TRIED, by=doctor, at=AT),
        ]
    )

    assert Search.objects.count() == 1
    assert Attempt.objects.count() == 2
