"""Two records of one person: asked by one, approved by another, read under both numbers, undone."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core.models import JournalLine
from patients import actions, identity
from patients.enums import DuplicateState, MergeState
from patients.models import Enrolment, Merge, Patient
from tests.accounts.factories import MemberFactory
from tests.patients.factories import (
    EnrolmentFactory,
    MergeFactory,
    PairFactory,
    PatientFactory,
)
from tests.patients.situations import NOON, a_setting, an_inclusion
from tests.patients.test_inclusion import include


@pytest.fixture
def twice():
    """One person recorded twice in one programme, in two structures: the pair, both records."""
    pair = PairFactory()
    first = EnrolmentFactory(patient=pair.first)
    second = EnrolmentFactory(patient=pair.second, indication=first.indication)
    return pair, first, second


def colleague():
    return MemberFactory(role=Role.REFERENCE_DOCTOR)


def united(pair, first):
    merge = actions.ask_merge(pair, by=first.included_by, at=NOON)
    actions.approve_merge(merge, by=colleague(), at=NOON)
    merge.refresh_from_db()
    return merge


def test_nothing_changes_before_somebody_else_approves(twice):
    pair, first, _ = twice

    merge = actions.ask_merge(pair, by=first.included_by, at=NOON)

    assert merge.state == MergeState.ASKED
    assert Enrolment.objects.live().count() == 2
    with pytest.raises(actions.CannotDecide, match="autre personne"):
        actions.approve_merge(merge, by=first.included_by, at=NOON)
    assert Patient.objects.filter(merged_into=None).count() == 2


def test_the_same_person_under_another_role_is_not_another_person(twice):
    pair, first, _ = twice
    merge = actions.ask_merge(pair, by=first.included_by, at=NOON)
    other_role = MemberFactory(user=first.included_by.user)

    with pytest.raises(actions.CannotDecide):
        actions.approve_merge(merge, by=other_role, at=NOON)


def test_the_second_number_becomes_an_alias(twice):
    pair, first, second = twice

    merge = united(pair, first)

    second.refresh_from_db()
    pair.refresh_from_db()
    assert (second.merged_into, second.patient.merged_into) == (first, first.patient)
    assert not second.is_live
    assert list(Enrolment.objects.live()) == [first]
    assert list(Enrolment.objects.known_on(NOON.date())) == [first]
    assert (merge.state, pair.state) == (MergeState.DONE, DuplicateState.MERGED)
    actions_ = JournalLine.objects.filter(action__startswith="merge.").order_by("pk")
    assert [line.action for line in actions_] == ["merge.asked", "merge.approved"]


def test_participations_in_two_programmes_both_go_on():
    pair = PairFactory()
    first, second = EnrolmentFactory(patient=pair.first), EnrolmentFactory(patient=pair.second)

    united(pair, first)

    second.refresh_from_db()
    assert second.is_live
    assert second.patient.merged_into == pair.first


def test_undone_each_record_is_what_it_was(twice):
    pair, first, second = twice
    merge = united(pair, first)

    actions.undo_merge(merge, by=first.included_by, at=NOON)

    second.refresh_from_db()
    pair.refresh_from_db()
    assert second.is_live
    assert second.patient.merged_into is None
    assert pair.state == DuplicateState.OPEN
    with pytest.raises(actions.CannotDecide, match="changé d’état"):
        actions.undo_merge(merge, by=first.included_by, at=NOON)
    assert actions.ask_merge(pair, by=first.included_by, at=NOON).state == MergeState.ASKED


def test_refused_both_records_stay_and_it_may_be_asked_again(twice):
    pair, first, _ = twice
    merge = actions.ask_merge(pair, by=first.included_by, at=NOON)
    with pytest.raises(actions.CannotDecide, match="déjà demandée"):
        actions.ask_merge(pair, by=first.included_by, at=NOON)

    actions.refuse_merge(merge, by=first.included_by, at=NOON)

    assert Enrolment.objects.live().count() == 2
    actions.ask_merge(pair, by=first.included_by, at=NOON)


def test_an_alias_is_not_united_again(twice):
    pair, first, second = twice
    united(pair, first)
    third = PairFactory(first=second.patient)

    with pytest.raises(actions.CannotDecide, match="déjà réuni"):
        actions.ask_merge(third, by=first.included_by, at=NOON)


def test_who_comes_back_under_the_second_identity_is_the_first_patient():
    setting = a_setting()
    first = include(setting, an_inclusion(setting))
    pair = PairFactory(first=first.patient)
    person = identity.open_one(pair.second)
    united(pair, first)

    with pytest.raises(actions.AlreadyFollowed):
        include(setting, an_inclusion(setting, person), key="inclusion:2")
    elsewhere = a_setting()
    assert (
        include(elsewhere, an_inclusion(elsewhere, person), key="inclusion:3").patient
        == first.patient
    )


def test_an_alias_of_an_alias_is_refused_when_asked_and_when_approved(twice):
    pair, first, _ = twice
    third = PatientFactory(person=True)
    later = PairFactory(first=pair.second, second=third)
    asked = actions.ask_merge(pair, by=first.included_by, at=NOON)
    united(later, first)

    with pytest.raises(actions.CannotDecide, match="défaites d’abord"):
        actions.approve_merge(asked, by=colleague(), at=NOON)

    pair.second.refresh_from_db()
    assert pair.second.merged_into is None
    asked_later = PairFactory(first=pair.first, second=third)
    with pytest.raises(actions.CannotDecide, match="déjà réuni"):
        actions.ask_merge(asked_later, by=first.included_by, at=NOON)


def test_the_pages_unite_and_undo(sign_in, twice):
    pair, first, second = twice
    asker, other = sign_in(first.included_by), second.included_by
    asker.post(reverse("patients:ask_merge", args=[pair.public_id]))
    merge = Merge.objects.get()
    decide = [
        reverse("patients:decide_merge", args=[merge.public_id, word])
        for word in ("approuver", "defaire")
    ]

    asker.post(decide[0])
    assert Merge.objects.get().state == MergeState.ASKED
    assertContains(
        asker.get(reverse("patients:pair", args=[pair.public_id])), "Approuver la réunion"
    )
    client = sign_in(other)
    client.post(decide[0])

    assert Merge.objects.get().state == MergeState.DONE
    page = client.get(reverse("patients:inclusion", args=[second.public_id]))
    assertContains(page, "Dossier réuni à un autre")
    assertContains(page, first.number)
    kept = sign_in(first.included_by).get(reverse("patients:inclusion", args=[first.public_id]))
    assertContains(kept, second.number)
    client.post(decide[1])
    assert Merge.objects.get().state == MergeState.UNDONE


def test_a_second_request_is_told(sign_in, twice):
    pair, first, _ = twice
    client, address = (
        sign_in(first.included_by),
        reverse("patients:ask_merge", args=[pair.public_id]),
    )

    client.post(address)

    assertContains(client.post(address, follow=True), "déjà demandée")


def test_an_unknown_decision_and_a_stranger_find_nothing(sign_in):
    merge = MergeFactory()
    stranger = sign_in(EnrolmentFactory().included_by)

    for word in ("approuver", "effacer"):
        assert (
            stranger.post(
                reverse("patients:decide_merge", args=[merge.public_id, word])
            ).status_code
            == 404
        )


def test_the_manager_decides_without_a_name(sign_in, twice):
    pair, first, _ = twice
    merge = actions.ask_merge(pair, by=first.included_by, at=NOON)
    client = sign_in(MemberFactory(role=Role.MANAGER))

    page = client.get(reverse("patients:oversight"))
    decided = client.post(reverse("patients:decide_merge", args=[merge.public_id, "approuver"]))

    assertRedirects(decided, reverse("patients:oversight"))
    assertContains(page, first.number)
    assertNotContains(page, identity.open_one(pair.first).birth_name.upper())
    assert Merge.objects.get().state == MergeState.DONE
