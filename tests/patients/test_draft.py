import datetime

import pytest

from core import drafts
from core.models import Draft, KeyRecord
from core.tasks import erase_old_drafts
from patients import draft
from patients.draft import Save
from patients.steps import resumed, stamped
from tests.accounts.factories import MemberFactory
from tests.patients.test_identity import places_of
from tests.programmes.factories import ProgrammeFactory


NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


def days(number):
    return NOON + datetime.timedelta(days=number)


@pytest.fixture
def member():
    return MemberFactory(programme=ProgrammeFactory())


@pytest.fixture
def draft_id(member):
    programme = member.accreditations.get().programme
    return draft.start(programme, by=member, at=NOON)


def save(draft_id, member, step, typed, at=NOON, consented=None):
    found = draft.load(draft_id, by=member, at=at)
    return draft.save(found, Save(step, typed, found.version, consented), by=member, at=at)


def test_each_step_stays_as_it_was_typed(draft_id, member):
    save(draft_id, member, "information", {"day": "31/02/2026"})
    save(draft_id, member, "identite", {"birth_name": "Dup", "first_names": "Jeanne"})

    found = draft.load(draft_id, by=member, at=NOON)

    assert found.typed("information") == {"day": "31/02/2026"}
    assert found.name == "Dup Jeanne"
    assert found.next_step == "eligibilite"


def test_a_draft_is_its_authors_alone(draft_id, member):
    colleague = MemberFactory(site=member.site)
    elsewhere = MemberFactory(user=member.user)

    assert draft.load(draft_id, by=colleague, at=NOON) is None
    assert draft.load(draft_id, by=elsewhere, at=NOON) is None
    assert draft.mine(by=colleague, at=NOON) == draft.mine(by=elsewhere, at=NOON) == []
    assert [one.id for one in draft.mine(by=member, at=NOON)] == [draft_id]


def test_my_drafts_open_in_two_queries(draft_id, member, django_assert_num_queries):
    programme = member.accreditations.get().programme
    for _ in range(3):
        draft.start(programme, by=member, at=NOON)

    with django_assert_num_queries(1), django_assert_num_queries(1, using="keys"):
        mine = draft.mine(by=member, at=NOON)

    assert len(mine) == 4


@pytest.mark.parametrize(
    ("consented", "at", "is_there"),
    [
        pytest.param(None, days(7) - datetime.timedelta(seconds=1), True, id="seven days"),
        pytest.param(None, days(7), False, id="over, though touched on the third day"),
        pytest.param(True, days(33) - datetime.timedelta(seconds=1), True, id="thirty days"),
        pytest.param(True, days(33), False, id="thirty days after the last save"),
    ],
)
def test_a_draft_ends(draft_id, member, consented, at, is_there):
    save(draft_id, member, "information", {"day": "TODAY"}, at=days(3), consented=consented)

    assert (draft.load(draft_id, by=member, at=at) is not None) == is_there
    assert bool(draft.mine(by=member, at=at)) == is_there


def test_the_hourly_task_erases_it_with_its_key(draft_id, member):
    Draft.objects.update(expires_at=days(-365))

    erase_old_drafts()

    assert not Draft.objects.exists()
    assert not KeyRecord.objects.filter(purpose="draft").exists()


def test_a_refusal_erases_at_once(draft_id, member, django_capture_on_commit_callbacks):
    save(draft_id, member, "identite", {"birth_name": "Kanarivogel"})

    with django_capture_on_commit_callbacks(execute=True):
        draft.erase(draft_id, by=member, at=NOON)

    assert draft.load(draft_id, by=member, at=NOON) is None
    assert bytes(Draft.objects.get().sealed) == b""
    assert not KeyRecord.objects.filter(purpose="draft").exists()


def test_a_draft_is_encrypted(draft_id, member):
    save(draft_id, member, "identite", {"birth_name": "Kanarivogel"})

    assert places_of("Kanarivogel") == []


def test_another_tab_is_not_overwritten(draft_id, member):
    found = draft.load(draft_id, by=member, at=NOON)
    save(draft_id, member, "identite", {"birth_name": "Premier"})

    change = Save("identite", {"birth_name": "Second"}, found.version)
    with pytest.raises(drafts.StaleDraft):
        draft.save(found, change, by=member, at=NOON)

    assert draft.load(draft_id, by=member, at=NOON).name == "Premier"


def test_today_stays_the_day_it_was_typed():
    day, next_day = datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)
    typed = stamped("information", {"day": "TODAY"}, day)

    assert resumed(typed, day)["day"] == "TODAY"
    assert resumed(typed, next_day) | {"typed_on": ""} == {
        "day": "EARLIER",
        "included_on": "02/03/2026",
        "typed_on": "",
    }
    assert stamped("identite", {"sex": "F"}, day) == {"sex": "F"}
