"""What a reader sees: stored releases, masked and rounded, and nothing of the base."""

import datetime

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.enums import Role
from evaluation import published
from tests.accounts.factories import MemberFactory
from tests.evaluation.factories import StatisticsReleaseFactory


PAGE = reverse("evaluation:published")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"valeur": None, "masque": True}, "moins de 11"),
        ({"valeur": 1240, "masque": False}, "1\u202f240"),
    ],
)
def test_a_masked_cell_tells_nothing_but_that_it_is_small(value, words):
    assert published.cell(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"valeur": 15, "au_moins": False}, "15"),
        ({"valeur": 15, "au_moins": True}, "au moins 15"),
        ({"valeur": 0, "au_moins": True}, "masqué"),
        ({"valeur": 0, "au_moins": False}, "0"),
    ],
)
def test_a_sum_says_what_it_leaves_out(value, words):
    assert published.total(value) == words


def test_a_reader_starts_there_and_reads_the_releases_of_their_programmes(
    client, sign_in, django_assert_num_queries
):
    release, other = StatisticsReleaseFactory(), StatisticsReleaseFactory()
    reader = MemberFactory(role=Role.READER, programme=release.programme)
    sign_in(reader)

    assert client.get("/").url == PAGE
    # session, person, factor, member, releases
    with django_assert_num_queries(5):
        page = client.get(PAGE)

    assertContains(page, "4e trimestre 2023")
    assertContains(page, str(release.public_id))
    assert str(other.public_id) not in page.content.decode()
    asked = client.get(PAGE, {"publication": str(other.public_id)})
    assertContains(asked, str(release.public_id))
    for name in ("evaluation:dashboard", "evaluation:export"):
        assert client.get(reverse(name)).status_code == 403


def test_before_any_release_the_page_says_so(client, sign_in):
    sign_in(MemberFactory(role=Role.READER))

    assertContains(client.get(PAGE), "Aucun trimestre n’est encore publié")


def test_a_first_quarter_is_the_first():
    assert published.in_words(datetime.date(2023, 1, 1)) == "1er trimestre 2023"
