import datetime

import pytest

from accounts import actions
from accounts.actions import CannotGiveRole, CannotOpenAccount, Person
from accounts.enums import Profession, Role
from accounts.models import Member, User
from core.identifiers import make_rpps
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory, UserFactory


TODAY = datetime.date(2026, 1, 5)


def person(**changes):
    known = {
        "email": "Nouvelle@Exemple.test",
        "last_name": "Nouvelle",
        "profession": Profession.DOCTOR,
        "rpps": make_rpps(777),
    }
    return Person(**(known | changes))


def test_an_account_opens_without_password():
    by = MemberFactory()

    user = actions.open_account(person(), by=by)

    assert user.email == "nouvelle@exemple.test"
    assert not user.has_usable_password()
    line = JournalLine.objects.get()
    assert (line.action, line.actor_id, line.target_id) == ("account.opened", by.pk, str(user.pk))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rpps": "10000000000"}, "n’est pas valide"),
        ({"rpps": make_rpps(8_000_778)}, "avec ce numéro RPPS"),
        ({"email": "CONNUE@exemple.test"}, "avec cette adresse"),
    ],
)
def test_an_account_that_exists_is_refused(changes, message):
    by = MemberFactory()
    UserFactory(rpps=make_rpps(8_000_778), email="connue@exemple.test")
    before = User.objects.count()

    with pytest.raises(CannotOpenAccount, match=message):
        actions.open_account(person(**changes), by=by)

    assert User.objects.count() == before
    assert not JournalLine.objects.exists()


def test_a_role_is_given_and_ended_once():
    by, user, site = MemberFactory(), UserFactory(), SiteFactory()

    member = actions.give_role(user, site, Role.REFERENCE_DOCTOR, by=by, on=TODAY)
    actions.end_role(member, by=by, on=TODAY)
    actions.end_role(member, by=by, on=TODAY + datetime.timedelta(days=9))

    member.refresh_from_db()
    assert member.ended_on == TODAY
    assert list(JournalLine.objects.order_by("pk").values_list("action", flat=True)) == [
        "role.given",
        "role.ended",
    ]


def test_a_role_already_held_is_refused():
    member = MemberFactory()

    with pytest.raises(CannotGiveRole, match="déjà ce rôle"):
        actions.give_role(
            member.user, member.site, Role.REFERENCE_DOCTOR, by=MemberFactory(), on=TODAY
        )

    assert member.user.memberships.count() == 1
    assert not JournalLine.objects.exists()


def test_an_ended_role_may_be_given_again():
    ended = MemberFactory(ended_on=TODAY)

    actions.give_role(ended.user, ended.site, Role.REFERENCE_DOCTOR, by=MemberFactory(), on=TODAY)

    assert Member.objects.open().filter(user=ended.user).count() == 1


def test_history_says_who_changed_a_role():
    by = MemberFactory()
    member = actions.give_role(UserFactory(), SiteFactory(), Role.REFERENCE_DOCTOR, by=by, on=TODAY)

    event = member.events.get()

    assert event.pgh_context["action"] == "role.given"
    assert event.pgh_context["actor"] == by.pk


def test_history_never_holds_a_password():
    user = UserFactory()

    assert "password" not in {field.name for field in user.events.model._meta.get_fields()}
