"""The right person of another site: every address that names an object, as every role (Z01, Z02).

The stranger has the role that the page asks, is accredited, and owns an object of the same kind:
theirs opens, the other one is answered as if it did not exist.
"""

import pytest
from django.urls import reverse

from accounts.enums import Permission, Role
from accounts.permissions import allows
from tests.access_table import ACCESS, PUBLIC, SIGNED_IN, TOKEN
from tests.objects import BODIES, BUILDERS, EVERYWHERE, KNOWN, NOBODYS
from tests.owned import an_owner
from tests.sessions import open_session
from tests.test_access import ADDRESSES
from tests.walk.pages import NOT_FOR


# 410 is what an autosave is told of a draft that is gone.
ABSENT = {404, 405, 410}
# Their scope is a programme, not a place: the stranger is accredited for another one.
OF_PROGRAMME = {Role.ANALYST, Role.VIGILANCE_OFFICER, Role.MANAGER, Role.READER}
NAMED = {
    name: frozenset(parameters)
    for name, parameters in ADDRESSES.items()
    if parameters and ACCESS[name] not in {PUBLIC, TOKEN}
}


def builder(name):
    return BUILDERS.get(name) or KNOWN[NAMED[name]]


def concerned(owner):
    """Addresses that this person may open, that name an object, and mean something to them."""
    for name in sorted(set(NAMED) - set(NOBODYS)):
        needs = ACCESS[name]
        may = needs == SIGNED_IN or (isinstance(needs, Permission) and allows(owner.member, needs))
        if may and owner.role not in NOT_FOR.get(name, ()):
            yield name


def answers(client, name, kwargs):
    """To a look and to an empty form, or to the least that reaches the object."""
    address = reverse(name, kwargs=kwargs)
    return client.get(address).status_code, client.post(address, BODIES.get(name)).status_code


def test_every_address_that_names_an_object_has_a_builder():
    unknown = {
        name
        for name, parameters in NAMED.items()
        if name not in BUILDERS and name not in NOBODYS and parameters not in KNOWN
    }

    assert unknown == set()
    assert set(BUILDERS) | set(NOBODYS) <= set(NAMED)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.API_CLIENT}))
def test_the_right_person_of_another_place_finds_nothing(client, role):
    owner = an_owner(role)
    stranger = an_owner(role, None if role in OF_PROGRAMME else owner.indication)
    open_session(client, stranger.member)
    found = {}
    for name in concerned(stranger):
        if name in EVERYWHERE.get(role, ()):
            continue
        theirs = answers(client, name, builder(name)(owner))
        own = answers(client, name, builder(name)(stranger))
        nothing = answers(client, name, ADDRESSES[name])
        hidden = set(theirs) <= ABSENT and set(theirs) != {405} and theirs == nothing
        if not hidden or 404 in own or 410 in own:
            found[name] = {"theirs": theirs, "own": own, "nothing": nothing}

    assert found == {}


def test_what_is_everywhere_is_open_and_needed():
    for role, names in EVERYWHERE.items():
        owner = an_owner(role)
        assert names <= set(concerned(owner))


def test_every_role_but_those_without_rows_is_walked():
    walked = {role for role in set(Role) - {Role.API_CLIENT} if list(concerned(an_owner(role)))}

    assert walked == set(Role) - {Role.API_CLIENT}
