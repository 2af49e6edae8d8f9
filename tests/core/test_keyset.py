"""Pages beside a row, on any table: users here."""

from datetime import UTC, datetime

import pytest
from django.db.models import F
from django.http import QueryDict

from accounts.models import User
from core import keyset
from tests.accounts.factories import UserFactory


ORDER = ("is_active", "-seen", "last_name", "-pk")
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


def rows():
    return User.objects.annotate(seen=F("last_login"))


def page(text, *, size=2):
    return keyset.page(rows(), ORDER, QueryDict(text.removeprefix("?")), size=size)


@pytest.fixture
def people():
    """Three closed accounts and four open; most share their name, or their instant."""
    for rank in range(7):
        UserFactory(is_active=rank > 2, last_name=f"N{rank % 2}", last_login=NOW)
    return list(rows().order_by(*ORDER))


def test_pages_follow_each_other_both_ways(people):
    first = page("q=a%26b")
    second = page(first.following)
    third = page(second.following)
    last = page(third.following)

    assert [one.rows for one in (first, second, third, last)] == [
        people[:2], people[2:4], people[4:6], people[6:]
    ]  # fmt: skip
    assert (first.previous, last.following) == ("", "")
    assert page(last.previous) == third
    assert page(second.previous).rows == first.rows
    assert page(second.previous).previous == ""
    # Other parameters stay, once.
    assert last.previous.count("q=a%26b") == 1
    assert f"_{people[6].public_id}" in last.previous


def test_a_row_added_before_the_key_moves_nobody(people):
    address = page("").following
    UserFactory(is_active=False, last_name="A", last_login=NOW)

    assert page(address).rows == people[2:4]


def test_a_key_stands_where_its_row_was(people):
    """The account of the key is elsewhere meanwhile; the page follows all the same."""
    address = page("").following
    User.objects.filter(pk=people[1].pk).update(is_active=True)

    assert page(address).rows == people[2:4]


@pytest.mark.parametrize(
    "key",
    [
        "1",
        "' OR 1",
        "d95c6f2d-6a81-4863-8423-63b20786778a",
        pytest.param(f"True_{NOW:%Y-%m-%dT%H:%M:%S}_N0_{{}}", id="an instant without its zone"),
        pytest.param("perhaps_2026-03-12T12:00:00+00:00_N0_{}", id="no boolean"),
        "True_2026-03-12T12:00:00+00:00_N0_d95c6f2d-6a81-4863-8423-63b20786778a",
        "True_2026-03-12T12:00:00+00:00_N0_x",
    ],
)
@pytest.mark.parametrize("way", ["apres", "avant"])
def test_what_is_no_key_of_ours_shows_the_first_page(people, way, key):
    asked = QueryDict(mutable=True)
    asked[way] = key.format(people[3].public_id)

    assert keyset.page(rows(), ORDER, asked, size=2) == page("")


def test_an_empty_list_has_one_page():
    assert page("") == keyset.Page([])
