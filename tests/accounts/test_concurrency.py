"""What two requests at the same instant may not do."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from accounts import actions, factors
from accounts.actions import passwords
from accounts.claims import identity
from accounts.models import AccountLink, ProviderIdentity, User
from tests.accounts.factories import MemberFactory, UserFactory
from tests.accounts.links import ANOTHER, invited, mailed
from tests.accounts.provider import professional
from tests.sessions import one_time_code


pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


def at_once(times, act):
    """Run the act in so many threads that start together; returns what each got."""
    barrier = Barrier(times)

    def run(number):
        try:
            barrier.wait()
            return act(number)
        finally:
            connections.close_all()  # a factor opens its key in the other database

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.parametrize("kind", ["one_time_code", "backup_code"])
def test_of_parallel_posts_of_one_code_one_is_accepted(kind):
    user = UserFactory()
    code = one_time_code(user) if kind == "one_time_code" else factors.make_backup_codes(user)[0]

    devices = at_once(4, lambda _: factors.prove(user, code, at=timezone.now()))

    assert [device is not None for device in devices].count(True) == 1


def test_parallel_attempts_do_not_slip_through_the_throttle():
    user = UserFactory()

    def guess(number):
        return passwords._may_try(user.rpps, f"{user.rpps} ici", "ici", timezone.now())

    assert at_once(12, guess).count(True) == passwords.TRIES_BY_ACCOUNT_AND_SOURCE


def test_of_parallel_uses_of_a_link_one_is_accepted():
    invited()
    link = actions.link_of(mailed().split("/")[2], at=timezone.now())

    def accept(number):
        try:
            return actions.accept_invitation(link, f"{ANOTHER} {number}", at=timezone.now())
        except actions.LinkIsDead:
            return None

    users = [user for user in at_once(4, accept) if user is not None]

    assert len(users) == 1
    assert User.objects.get(pk=users[0].pk).password == users[0].password


def test_links_asked_together_leave_one_open():
    user = UserFactory()

    at_once(4, lambda _: actions.ask_new_password(user.email, source="x", at=timezone.now()))

    # Three requests an hour are served; the fourth is written in the name of nobody.
    assert AccountLink.objects.open().filter(user=user).count() == 1
    assert AccountLink.objects.count() == 4


def test_an_identity_that_comes_twice_together_is_linked_once():
    user = MemberFactory().user
    who = identity("https://fournisseur.invalid", {"sub": "f:1:2"} | professional(user.rpps))

    assert at_once(3, lambda _: actions.enter(who, at=timezone.now())) == [user] * 3
    assert ProviderIdentity.objects.count() == 1
