"""Openings: drafted, published, ended; what is published is never rewritten."""

import datetime
from functools import partial

import pytest

from core.models import JournalLine
from programmes import actions, openings
from programmes.actions.openings import Wanted
from programmes.enums import OpeningKind, OpeningState
from programmes.models import Opening, Programme
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import IndicationFactory, OpeningFactory, ProgrammeFactory
from tests.together import together


NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()
NEXT = DAY + datetime.timedelta(days=1)


@pytest.fixture
def manager():
    return MemberFactory(role="MANAGER")


def wanted(kind=OpeningKind.CEILING, **fields):
    fields.setdefault("places", 10 if kind != OpeningKind.CLOSURE else None)
    return Wanted(kind=kind, valid_from=fields.pop("valid_from", DAY), source="Décision", **fields)


def test_a_draft_is_not_in_force_and_is_published(manager):
    programme = ProgrammeFactory()

    drafted = actions.draft_opening(programme, wanted(), by=manager)
    assert openings.limits(programme, DAY) == []
    actions.publish_opening(drafted, by=manager, at=NOON)

    assert openings.limits(programme, DAY) == [drafted]
    drafted.refresh_from_db()
    assert (drafted.published_by, drafted.published_at) == (manager, NOON)
    told = JournalLine.objects.filter(action__startswith="opening.").order_by("pk")
    assert [line.action for line in told] == ["opening.drafted", "opening.published"]


@pytest.mark.parametrize(
    ("on", "found"), [(DAY - datetime.timedelta(days=1), 5), (DAY, 10), (NEXT, 10)]
)
def test_the_one_before_ends_the_day_before(manager, on, found):
    before = OpeningFactory(places=5)
    drafted = actions.draft_opening(before.programme, wanted(), by=manager)

    actions.publish_opening(drafted, by=manager, at=NOON)

    assert [one.places for one in openings.limits(before.programme, on)] == [found]


def test_one_that_begins_the_same_day_is_given_up(manager):
    before = OpeningFactory(places=5, valid_from=DAY)
    drafted = actions.draft_opening(before.programme, wanted(), by=manager)

    actions.publish_opening(drafted, by=manager, at=NOON)

    before.refresh_from_db()
    assert before.state == OpeningState.WITHDRAWN
    assert [one.places for one in openings.limits(before.programme, DAY)] == [10]


def test_another_indication_goes_on(manager):
    programme = ProgrammeFactory()
    mine, other = (IndicationFactory(programme=programme) for _ in range(2))
    OpeningFactory(programme=programme, kind=OpeningKind.INDICATION, indication=other)
    asked = wanted(OpeningKind.INDICATION, indication=mine)

    actions.publish_opening(
        actions.draft_opening(programme, asked, by=manager), by=manager, at=NOON
    )

    assert len(openings.limits(programme, DAY)) == 2


def test_a_limit_without_a_number_is_not_published(manager):
    draft = OpeningFactory(draft=True, places=None)

    with pytest.raises(actions.CannotPublish, match="nombre de places"):
        actions.publish_opening(draft, by=manager, at=NOON)

    assert openings.limits(draft.programme, DAY) == []


def test_published_once(manager):
    opening = OpeningFactory()

    with pytest.raises(actions.CannotPublish):
        actions.publish_opening(opening, by=manager, at=NOON)
    with pytest.raises(actions.CannotPublish):
        actions.discard_opening(opening, by=manager)


@pytest.mark.parametrize("days", [0, 30])
def test_what_is_over_stays_over(manager, days):
    over_on = DAY - datetime.timedelta(days=days)
    opening = OpeningFactory(valid_from=DAY - datetime.timedelta(days=90), valid_to=over_on)

    with pytest.raises(actions.CannotPublish, match="déjà terminée"):
        actions.end_opening(opening, on=DAY, by=manager)

    opening.refresh_from_db()
    assert opening.valid_to == over_on


def test_an_end_that_is_foreseen_may_come_sooner(manager):
    opening = OpeningFactory(valid_to=NEXT)

    actions.end_opening(opening, on=DAY, by=manager)

    opening.refresh_from_db()
    assert opening.valid_to == DAY


def test_ended_it_holds_until_that_day_included(manager):
    opening = OpeningFactory(closure=True)

    actions.end_opening(opening, on=DAY, by=manager)

    assert openings.closure(opening.programme, DAY) == opening
    assert openings.closure(opening.programme, NEXT) is None
    with pytest.raises(actions.CannotPublish):
        actions.end_opening(OpeningFactory(draft=True), on=DAY, by=manager)


def test_a_draft_is_forgotten(manager):
    draft = OpeningFactory(draft=True)

    actions.discard_opening(draft, by=manager)

    assert not Opening.objects.exists()
    with pytest.raises(actions.CannotPublish, match="n’existe plus"):
        actions.publish_opening(draft, by=manager, at=NOON)


def test_the_opinion_begins_the_end_and_moves_no_other_date(manager):
    programme = ProgrammeFactory()
    asked = wanted(OpeningKind.OPINION, places=None)
    assert openings.transition(programme) is None

    opinion = actions.draft_opening(programme, asked, by=manager)
    actions.publish_opening(opinion, by=manager, at=NOON)

    programme.refresh_from_db()
    assert openings.transition(programme).ends_on == datetime.date(2026, 6, 2)
    assert programme.ends_on is None  # what retention counts from
    actions.end_opening(opinion, on=DAY, by=manager)
    assert Programme.objects.get().opinion_published_on is None


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_published_twice_at_the_same_instant_is_once():
    manager = MemberFactory(role="MANAGER")
    draft = OpeningFactory(draft=True)

    answers = together([partial(actions.publish_opening, draft, by=manager, at=NOON)] * 2)

    assert sum(isinstance(one, actions.CannotPublish) for one in answers) == 1
