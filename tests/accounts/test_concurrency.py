"""What two requests at the same instant may not do."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from accounts import factors
from accounts.actions import passwords
from tests.accounts.factories import UserFactory
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
