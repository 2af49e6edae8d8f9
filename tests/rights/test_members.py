"""The cascade: what changes, what is journaled and mailed, what is refused and writes nothing."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actions import Person
from accounts.enums import Profession, Role
from accounts.models import Member, User
from core.models import JournalLine, OutgoingMail
from programmes.models import Accreditation
from rights.actions import members
from rights.actions.members import CannotChangeRights, Right
from tests.accounts.factories import MemberFactory, SiteFactory, UserFactory
from tests.programmes.factories import ProgrammeFactory
from tests.together import together


NOW = timezone.now()


def a_referent(**fields):
    return MemberFactory(is_referent=True, programme=ProgrammeFactory(), **fields)


def a_manager():
    return MemberFactory(role=Role.MANAGER, programme=ProgrammeFactory())


def nothing_was_written(before):
    return (Member.objects.count(), Accreditation.objects.count()) == before


def counts():
    return Member.objects.count(), Accreditation.objects.count()


def test_a_referent_opens_a_role_of_their_site_for_their_own_programmes():
    referent, nurse = a_referent(), UserFactory(profession=Profession.NURSE, rpps="")

    given = members.give(Right(referent.site, Role.PREPARER), nurse, by=referent, at=NOW)

    assert (given.site, given.role, given.is_referent) == (referent.site, Role.PREPARER, False)
    assert [row.programme for row in given.accreditations.all()] == [
        referent.accreditations.get().programme
    ]
    line = JournalLine.objects.get(action="role.given")
    assert (line.actor_id, line.target_id) == (referent.pk, str(given.pk))
    mail = OutgoingMail.objects.get()
    assert mail.to == nurse.email
    assert "Préparation des saisies" in mail.body
    nurse.refresh_from_db()
    assert nurse.session_epoch == 1


def test_the_manager_names_a_referent_anywhere_by_opening_their_role():
    manager, pharmacist = a_manager(), UserFactory(profession=Profession.PHARMACIST)
    pharmacy = SiteFactory(pharmacy=True)

    given = members.give(
        Right(pharmacy, Role.PHARMACIST, as_referent=True), pharmacist, by=manager, at=NOW
    )

    assert given.is_referent
    assert "référent" in OutgoingMail.objects.get().body
    assert JournalLine.objects.filter(action="referent.named", target_id=str(given.pk)).exists()


def test_a_newcomer_gets_an_account_and_the_role_in_one_act():
    referent = a_referent()
    person = Person("infirmier@exemple.test", "Petit", Profession.NURSE, "Léa")

    given = members.give_to_newcomer(
        Right(referent.site, Role.PREPARER), person, by=referent, at=NOW
    )

    assert given.user.email == "infirmier@exemple.test"
    assert not given.user.has_usable_password()
    actions = set(JournalLine.objects.values_list("action", flat=True))
    assert {"account.opened", "role.given"} <= actions


@pytest.mark.parametrize(
    "right",
    [
        lambda referent: Right(referent.site, Role.MANAGER),
        lambda referent: Right(referent.site, Role.PREPARER, as_referent=True),
    ],
)
def test_what_the_rules_refuse_writes_nothing(right):
    referent, nurse = a_referent(), UserFactory(profession=Profession.NURSE)
    before = counts()

    with pytest.raises(CannotChangeRights):
        members.give(right(referent), nurse, by=referent, at=NOW)

    assert nothing_was_written(before)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("is_referent", [True, False], ids=["of another site", "of none"])
def test_whoever_does_not_manage_the_site_changes_no_right_there(is_referent):
    """Whatever page calls the act."""
    stranger = MemberFactory(is_referent=is_referent, programme=ProgrammeFactory())
    theirs = MemberFactory()
    nurse = UserFactory(profession=Profession.NURSE, rpps="")
    before = counts()

    with pytest.raises(CannotChangeRights, match="ne gérez pas"):
        members.give(Right(theirs.site, Role.PREPARER), nurse, by=stranger, at=NOW)
    with pytest.raises(CannotChangeRights, match="ne gérez pas"):
        members.end(theirs, by=stranger, at=NOW)

    assert nothing_was_written(before)
    theirs.refresh_from_db()
    assert theirs.ended_on is None


def test_nobody_raises_themselves():
    manager = a_manager()
    before = counts()

    with pytest.raises(CannotChangeRights, match="propres droits"):
        members.give(Right(manager.site, Role.ANALYST), manager.user, by=manager, at=NOW)

    assert nothing_was_written(before)


def test_a_role_held_already_a_closed_account_and_a_known_address_are_refused():
    referent = a_referent()
    held = MemberFactory(role=Role.PREPARER, site=referent.site)
    closed = UserFactory(profession=Profession.NURSE, is_active=False)
    right = Right(referent.site, Role.PREPARER)
    known = Person(held.user.email, "Petit", Profession.NURSE)
    before, users = counts(), User.objects.count()

    with pytest.raises(CannotChangeRights, match="déjà ce rôle"):
        members.give(right, held.user, by=referent, at=NOW)
    with pytest.raises(CannotChangeRights, match="fermé"):
        members.give(right, closed, by=referent, at=NOW)
    with pytest.raises(CannotChangeRights, match="existe déjà"):
        members.give_to_newcomer(right, known, by=referent, at=NOW)

    assert nothing_was_written(before)
    assert User.objects.count() == users


def test_a_role_ends_at_once_with_its_accreditations_and_sessions():
    referent = a_referent()
    member = MemberFactory(
        role=Role.PREPARER,
        site=referent.site,
        programme=referent.accreditations.get().programme,
    )

    members.end(member, by=referent, at=NOW)
    members.end(member, by=referent, at=NOW)

    member.refresh_from_db()
    assert member.ended_on == referent.site.local_day(NOW)
    assert member.accreditations.get().ended_on == member.ended_on
    assert member.user.session_epoch == 1
    assert OutgoingMail.objects.get().to == member.user.email
    assert JournalLine.objects.filter(action="role.ended").count() == 1


def test_a_referent_ends_neither_a_referent_nor_their_own_right():
    referent = a_referent()
    other = MemberFactory(site=referent.site, is_referent=True)

    for member in (other, referent):
        with pytest.raises(CannotChangeRights):
            members.end(member, by=referent, at=NOW)

    assert Member.objects.referents_of(referent.site).count() == 2
    assert not OutgoingMail.objects.exists()


def test_the_last_referent_goes_only_when_the_manager_confirms():
    manager, referent = a_manager(), a_referent()

    with pytest.raises(CannotChangeRights, match="dernier référent"):
        members.end(referent, by=manager, at=NOW)
    with pytest.raises(CannotChangeRights, match="dernier référent"):
        members.withdraw_referent(referent, by=manager, at=NOW)
    members.withdraw_referent(referent, confirmed=True, by=manager, at=NOW)

    referent.refresh_from_db()
    assert (referent.is_referent, referent.ended_on) == (False, None)


def test_the_charge_of_referent_is_given_and_taken_back_once_each_time():
    manager, member = a_manager(), MemberFactory()

    members.name_referent(member, by=manager, at=NOW)
    members.name_referent(member, by=manager, at=NOW)

    member.refresh_from_db()
    assert member.is_referent
    assert OutgoingMail.objects.count() == 1
    assert JournalLine.objects.filter(action="referent.named").count() == 1


def test_only_the_manager_names_and_never_themselves_nor_a_substitute_nor_who_left():
    manager, referent, member = a_manager(), a_referent(), MemberFactory()
    today = member.site.local_day(NOW)
    substitute = MemberFactory(site=member.site, replaces=member, started_on=today, until=today)
    left = MemberFactory(ended_on=today)

    for one in (substitute, left, manager):
        with pytest.raises(CannotChangeRights):
            members.name_referent(one, by=manager, at=NOW)
    with pytest.raises(CannotChangeRights):
        members.name_referent(member, by=referent, at=NOW)
    with pytest.raises(CannotChangeRights):
        members.withdraw_referent(referent, by=referent, at=NOW)

    assert Member.objects.filter(is_referent=True).count() == 1


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_two_managers_cannot_take_the_last_two_referents_at_one_instant():
    first = a_referent()
    second = MemberFactory(site=first.site, is_referent=True)
    acts = [
        lambda: members.end(first, by=MANAGERS[0], at=NOW),
        lambda: members.end(second, by=MANAGERS[1], at=NOW),
    ]
    MANAGERS[:] = [a_manager(), a_manager()]

    answers = together(acts)

    assert sorted(type(one).__name__ for one in answers) == ["CannotChangeRights", "NoneType"]
    assert Member.objects.referents_of(first.site).count() == 1
    assert transaction.get_autocommit()


MANAGERS: list[Member] = []
