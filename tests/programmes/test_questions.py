"""Versions of a questionnaire: begun, written, published once, ended, retired; never rewritten."""

import datetime

import pytest

from accounts.enums import Role
from core.models import JournalLine
from programmes.actions import CannotPublish
from programmes.actions import questions as actions
from programmes.actions.questions import CannotDraft, Facts
from programmes.enums import QuestionnaireStatus
from programmes.models import QuestionnaireVersion
from programmes.redrafted import stamp
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import (
    OPENING,
    QuestionnaireVersionFactory,
    VisitDefinitionFactory,
)
from tests.together import together


TODAY = datetime.date(2026, 3, 20)
AT = datetime.datetime(2026, 3, 20, 9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
TOMORROW = TODAY + DAY
AGAIN = {"code": "again", "label": "Encore", "kind": "yes_no"}
WHY = {"code": "why", "label": "Pourquoi", "kind": "yes_no",
       "shown_if": {"code": "again", "value": ["YES"]}}  # fmt: skip


@pytest.fixture
def published():
    """Pain from 0 to 10, since the opening."""
    return QuestionnaireVersionFactory(version="1")


@pytest.fixture
def manager(published):
    return MemberFactory(role=Role.MANAGER, programme=published.questionnaire.programme)


@pytest.fixture
def draft(published, manager):
    """Of tomorrow, with a source: ready."""
    drafted = actions.draft_questions(published, by=manager, on=TODAY)
    actions.set_facts(drafted, Facts("2", TOMORROW, "Décision"), by=manager)
    drafted.refresh_from_db()
    return drafted


def in_force(version, day):
    rows = QuestionnaireVersion.objects.in_force(day)
    return [row.version for row in rows.filter(questionnaire=version.questionnaire)]


def codes(version):
    version.refresh_from_db()
    return [one["code"] for one in version.definition]


def test_a_draft_begins_with_the_questions_of_another(published, manager):
    drafted = actions.draft_questions(published, by=manager, on=TODAY)

    assert [one["code"] for one in drafted.definition] == ["pain"]
    assert (drafted.version, drafted.valid_from, drafted.source) == ("2026-03", TOMORROW, "")
    assert in_force(published, TOMORROW) == ["1"]
    line = JournalLine.objects.get(action="questions.drafted")
    assert line.detail["code"] == published.questionnaire.code


def test_its_number_is_one_that_no_version_has(published, manager):
    for number in ("2026-03", "2026-03-2"):
        QuestionnaireVersionFactory(
            questionnaire=published.questionnaire, version=number, status="RETIRED"
        )

    assert actions.draft_questions(published, by=manager, on=TODAY).version == "2026-03-3"


def test_one_draft_at_a_time(draft, published, manager):
    with pytest.raises(CannotDraft, match="déjà en préparation"):
        actions.draft_questions(published, by=manager, on=TODAY)

    assert published.questionnaire.versions.count() == 2


def test_a_number_is_given_once(draft, published, manager):
    with pytest.raises(CannotDraft, match="déjà ce numéro") as refusal:
        actions.set_facts(draft, Facts("1", TOMORROW, "Autre"), by=manager)

    assert refusal.value.field == "version"
    draft.refresh_from_db()
    assert (draft.version, draft.source) == ("2", "Décision")


def test_questions_are_added_changed_moved_and_withdrawn(draft, manager):
    actions.write_question(draft, AGAIN, by=manager)
    actions.write_question(draft, WHY, by=manager)
    assert codes(draft) == ["pain", "again", "why"]

    changed = draft.definition[0] | {"label": "La douleur"}
    actions.write_question(draft, changed, seen=stamp(draft.definition[0]), by=manager)
    actions.move_question(draft, "pain", up=False, by=manager)
    assert codes(draft) == ["again", "pain", "why"]
    assert draft.definition[1]["label"] == "La douleur"

    actions.withdraw_question(draft, "why", by=manager)
    assert codes(draft) == ["again", "pain"]
    told = JournalLine.objects.filter(action="questions.changed").exclude(detail={})
    assert [line.detail["code"] for line in told.order_by("pk")] == [
        "again", "why", "pain", "pain", "why",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (AGAIN | {"label": ""}, "label"),
        (WHY, "shown_by"),
        (AGAIN | {"visits": ["M1", "M2"]}, "visits"),
    ],
)
def test_a_wrong_question_is_not_written(draft, manager, entry, field):
    VisitDefinitionFactory(programme=draft.questionnaire.programme)

    with pytest.raises(CannotDraft) as refusal:
        actions.write_question(draft, entry, by=manager)

    assert refusal.value.field == field
    assert codes(draft) == ["pain"]


def test_what_a_change_breaks_elsewhere_keeps_it_from_being_published_only(draft, manager):
    actions.write_question(draft, AGAIN, by=manager)
    actions.write_question(draft, WHY, by=manager)

    date = AGAIN | {"kind": "date"}
    actions.write_question(draft, date, seen=stamp(AGAIN), by=manager)

    with pytest.raises(CannotPublish, match=r"why.*question à choix"):
        actions.publish_questions(draft, by=manager, at=AT)


def test_what_somebody_changed_meanwhile_is_not_overwritten(draft, manager):
    pain = dict(draft.definition[0])
    actions.write_question(draft, pain | {"label": "À elle"}, seen=stamp(pain), by=manager)

    for seen in (stamp(pain), ""):
        with pytest.raises(CannotDraft, match="changée ou retirée"):
            actions.write_question(draft, pain | {"label": "À lui"}, seen=seen, by=manager)
    with pytest.raises(CannotDraft, match="changée ou retirée"):
        actions.write_question(draft, AGAIN, seen=stamp(AGAIN), by=manager)

    draft.refresh_from_db()
    assert [one["label"] for one in draft.definition] == ["À elle"]


# --- Publication ----------------------------------------------------------------------------------


def test_publishing_ends_the_version_before_on_the_eve(draft, published, manager):
    actions.publish_questions(draft, by=manager, at=AT)

    assert [in_force(published, day) for day in (TODAY, TOMORROW)] == [["1"], ["2"]]
    published.refresh_from_db()
    draft.refresh_from_db()
    assert (published.valid_to, published.status) == (TODAY, QuestionnaireStatus.PUBLISHED)
    assert (draft.published_by, draft.published_at) == (manager, AT)
    line = JournalLine.objects.get(action="questions.published")
    assert line.detail["version"] == "2"


def test_a_version_that_had_ended_keeps_its_last_day(draft, published, manager):
    QuestionnaireVersion.objects.filter(pk=published.pk).update(valid_to=OPENING)

    actions.publish_questions(draft, by=manager, at=AT)

    published.refresh_from_db()
    assert published.valid_to == OPENING


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": ""}, "Indiquez la source"),
        ({"valid_from": TODAY}, "demain au plus tôt"),
        ({"definition": []}, "au moins une question"),
        ({"definition": [AGAIN, AGAIN]}, "déjà ce code"),
        ({"definition": [AGAIN | {"code": "pain"}]}, "a déjà été publié"),
    ],
)
def test_what_is_not_right_is_not_published(draft, published, manager, changes, words):
    QuestionnaireVersion.objects.filter(pk=draft.pk).update(**changes)

    with pytest.raises(CannotPublish, match=words):
        actions.publish_questions(draft, by=manager, at=AT)

    published.refresh_from_db()
    draft.refresh_from_db()
    assert (published.valid_to, draft.status) == (None, QuestionnaireStatus.DRAFT)


@pytest.mark.parametrize("first", [TOMORROW, TOMORROW + DAY])
def test_a_version_to_come_is_retired_first(draft, published, manager, first):
    QuestionnaireVersion.objects.filter(pk=published.pk).update(valid_to=TODAY)
    QuestionnaireVersionFactory(
        questionnaire=published.questionnaire, version="to come", valid_from=first
    )

    with pytest.raises(CannotPublish, match="to come est déjà publiée"):
        actions.publish_questions(draft, by=manager, at=AT)


def test_a_code_withdrawn_long_ago_still_keeps_its_meaning(draft, published, manager):
    QuestionnaireVersionFactory(
        questionnaire=published.questionnaire, status=QuestionnaireStatus.RETIRED,
        definition=[AGAIN | {"kind": "date"}],
    )  # fmt: skip

    with pytest.raises(CannotDraft, match="«\u202fdate\u202f»"):
        actions.write_question(draft, AGAIN, by=manager)


def test_a_draft_is_published_or_discarded_once(draft, manager):
    actions.publish_questions(draft, by=manager, at=AT)

    for act in (
        lambda: actions.publish_questions(draft, by=manager, at=AT),
        lambda: actions.discard_questions(draft, by=manager),
        lambda: actions.withdraw_question(draft, "pain", by=manager),
        lambda: actions.set_facts(draft, Facts("3", TOMORROW, "x"), by=manager),
    ):
        with pytest.raises(CannotPublish, match="déjà publié ou abandonné"):
            act()


def test_a_draft_is_forgotten(draft, published, manager):
    actions.discard_questions(draft, by=manager)

    assert list(published.questionnaire.versions.all()) == [published]
    assert JournalLine.objects.filter(action="questions.discarded").exists()


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_two_managers_at_once_publish_or_begin_once(draft, published, manager):
    given = together([lambda: actions.publish_questions(draft, by=manager, at=AT)] * 2)
    assert sorted(type(one).__name__ for one in given) == ["CannotPublish", "NoneType"]

    given = together([lambda: actions.draft_questions(published, by=manager, on=TODAY)] * 2)
    assert sorted(type(one).__name__ for one in given) == ["CannotDraft", "QuestionnaireVersion"]
    assert published.questionnaire.versions.count() == 3


# --- Retirement -----------------------------------------------------------------------------------


def test_a_version_that_is_asked_gets_a_last_day(published, manager):
    actions.retire_questions(published, TOMORROW, by=manager, at=AT)

    assert [in_force(published, day) for day in (TOMORROW, TOMORROW + DAY)] == [["1"], []]
    assert JournalLine.objects.get(action="questions.retired").detail["version"] == "1"


@pytest.mark.parametrize("last_day", [None, TODAY - DAY])
def test_its_last_day_is_not_past(published, manager, last_day):
    with pytest.raises(CannotPublish, match="aujourd’hui au plus tôt"):
        actions.retire_questions(published, last_day, by=manager, at=AT)

    published.refresh_from_db()
    assert published.valid_to is None


def test_its_end_is_not_put_off(published, manager):
    actions.retire_questions(published, TODAY, by=manager, at=AT)

    with pytest.raises(CannotPublish, match="finit déjà le 20/03/2026"):
        actions.retire_questions(published, TODAY, by=manager, at=AT)


def test_a_version_to_come_is_never_asked_and_the_one_before_goes_on(draft, published, manager):
    actions.publish_questions(draft, by=manager, at=AT)

    actions.retire_questions(draft, None, by=manager, at=AT)

    assert in_force(published, TOMORROW) == ["1"]
    published.refresh_from_db()
    draft.refresh_from_db()
    assert (published.valid_to, draft.status) == (None, QuestionnaireStatus.RETIRED)


def test_what_ended_earlier_does_not_come_back(draft, published, manager):
    QuestionnaireVersion.objects.filter(pk=published.pk).update(valid_to=OPENING)
    actions.publish_questions(draft, by=manager, at=AT)

    actions.retire_questions(draft, None, by=manager, at=AT)

    published.refresh_from_db()
    assert published.valid_to == OPENING


def test_only_what_is_published_is_retired(draft, manager):
    with pytest.raises(CannotPublish, match="n’est pas publiée"):
        actions.retire_questions(draft, TOMORROW, by=manager, at=AT)


def test_versions_of_other_programmes_are_not_seen(published, manager):
    stranger = QuestionnaireVersionFactory()
    theirs = MemberFactory(role=Role.MANAGER, programme=stranger.questionnaire.programme)

    assert list(QuestionnaireVersion.objects.visible_to(manager)) == [published]
    assert list(QuestionnaireVersion.objects.visible_to(theirs)) == [stranger]
