"""Every address, walked by an anonymous visitor, with a password alone, and as each role."""

from datetime import date

import pytest
from django.urls import URLResolver, get_resolver, reverse

from accounts.enums import Permission, Role
from accounts.permissions import REFERENT_PERMISSIONS, ROLE_PERMISSIONS
from core.models import JournalLine
from tests.access_table import ACCESS, PASSWORD_GIVEN, PUBLIC, SIGNED_IN, TOKEN
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.sessions import one_time_code, open_session


# What each kind of parameter may hold; no such row exists.
EXAMPLES = {"UUIDConverter": "00000000-0000-0000-0000-000000000000", "IntConverter": 1}
CLOSED = {302, 401, 403, 405}
# They take a proof, and refuse an empty form as they refuse a wrong one.
PROOFS = {"accounts:passkey_prove", "accounts:passkey_register", "accounts:passkey_registered"}


def walk(patterns, space=""):
    """Name and parameters of every address."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner)
        else:
            converters = pattern.pattern.converters.items()
            examples = {name: EXAMPLES.get(type(one).__name__, "x") for name, one in converters}
            yield f"{space}{pattern.name}", examples


ADDRESSES = dict(walk(get_resolver().url_patterns))
BY_ROLE = sorted(name for name, needs in ACCESS.items() if isinstance(needs, Permission))


def url(name):
    return reverse(name, kwargs=ADDRESSES[name])


def status(client, name):
    """What the page answers to whoever looks at it, or sends it an empty form."""
    answer = client.get(url(name))
    return client.post(url(name)).status_code if answer.status_code == 405 else answer.status_code


def test_every_address_has_a_line_and_every_line_an_address():
    assert set(ADDRESSES) == set(ACCESS)


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) & set(ACCESS)))
def test_only_public_pages_open_to_anonymous_visitors(client, name):
    read, written = client.get(url(name)), client.post(url(name))

    if ACCESS[name] == PUBLIC:
        assert {read.status_code, written.status_code} <= {200, 404, 405}
    else:
        assert {read.status_code, written.status_code} <= CLOSED
        assert not JournalLine.objects.exists()


def test_a_password_alone_opens_nothing(client):
    user = MemberFactory().user
    one_time_code(user)
    client.post(reverse("accounts:sign_in"), {"identifier": user.rpps, "password": PASSWORD})
    names = [name for name, needs in ACCESS.items() if needs not in {PUBLIC, PASSWORD_GIVEN}]

    assert {client.get(url(name)).status_code for name in names} <= CLOSED
    assert {client.post(url(name)).status_code for name in names} <= CLOSED


@pytest.mark.parametrize("role", Role.values)
def test_pages_open_to_the_roles_that_have_their_permission(client, role):
    open_session(client, MemberFactory(role=role))

    opened = {name for name in BY_ROLE if status(client, name) != 403}

    assert opened == {name for name in BY_ROLE if ACCESS[name] in ROLE_PERMISSIONS[role]}


def test_a_referent_opens_what_a_referent_may_beside_what_their_role_opens(client):
    open_session(client, MemberFactory(role=Role.PHARMACIST, is_referent=True))

    opened = {name for name in BY_ROLE if status(client, name) != 403}

    theirs = ROLE_PERMISSIONS[Role.PHARMACIST] | REFERENT_PERMISSIONS
    assert opened == {name for name in BY_ROLE if ACCESS[name] in theirs}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.API_CLIENT}))
def test_some_pages_open_to_whoever_is_signed_in(client, role):
    open_session(client, MemberFactory(role=role))
    names = [name for name, needs in ACCESS.items() if needs == SIGNED_IN and name not in PROOFS]

    assert {status(client, name) for name in names} <= {200, 302, 400, 404}


def test_a_person_without_role_opens_nothing(client):
    open_session(client, MemberFactory(ended_on=date(2026, 1, 1)))

    assert {status(client, name) for name in BY_ROLE} == {403}


@pytest.mark.parametrize("name", sorted(name for name, needs in ACCESS.items() if needs == TOKEN))
def test_no_session_opens_the_api(client, name):
    open_session(client, MemberFactory(role=Role.ANALYST))

    assert client.get(url(name)).status_code == 401


def test_a_refusal_by_role_is_journaled(client):
    member = MemberFactory(role=Role.ANALYST)
    open_session(client, member)

    client.get(reverse("training:mine"))

    line = JournalLine.objects.get()
    assert (line.action, line.actor_id) == ("access.refused", member.pk)
    assert line.detail == {"permission": "TRAINING_RECORD"}


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_its_line(role):
    assert role in ROLE_PERMISSIONS


def test_every_permission_is_given_to_somebody():
    given = REFERENT_PERMISSIONS.union(*ROLE_PERMISSIONS.values())

    assert given == frozenset(Permission)
