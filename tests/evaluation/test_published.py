"""The published figures, computed again from the demonstration cohort with our own indicators."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from devstack.roles import APP
from programmes.models import Programme
from recann.cohort import demonstration
from tests.published import NOT_REPRODUCED, PUBLISHED


pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=["default", "keys"])]
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def cohort(django_db_setup, django_db_blocker):
    """The cohort, loaded once for the module by the owner, then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using="keys"):
        with connection.cursor() as cursor:
            cursor.execute("set role none")
            call_command("load_programmes", verbosity=0)
            demonstration.load(today=TODAY)
            cursor.execute(f"set role {APP}")
        yield Programme.objects.get(code="recann")
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="keys")
    for alias in ("default", "keys"):
        connections[alias].close()


@pytest.mark.parametrize(
    "figure", PUBLISHED, ids=lambda one: f"{one.definition.__name__} {one.on.isoformat()}"
)
def test_the_cohort_reproduces_what_was_published(cohort, figure):
    assert figure.definition(cohort, figure.on) == figure.value


def test_what_is_not_reproduced_says_why():
    assert all(one.figure and one.why and one.source for one in NOT_REPRODUCED)
