"""The public list: who takes part, filtered, as a page and as an open file; nobody is named."""

import csv
import datetime
import io

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Profession, Role
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.programmes.factories import IndicationFactory, ListingFactory, ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training import directory
from training.directory import Asked


PAGE = reverse("training:places")
CSV = reverse("training:places_csv")


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def structure(programme):
    """In Paris, listed for pain."""
    return ListingFactory(
        indication=IndicationFactory(programme=programme, code="DN"),
        site__name="CH de l’Essai",
        listed_on=datetime.date(2021, 3, 1),
    ).site


def pharmacy(programme, *, is_trained=True, **fields):
    """With one pharmacist accredited, trained or not."""
    site = SiteFactory(pharmacy=True, **fields)
    member = MemberFactory(role=Role.PHARMACIST, site=site, programme=programme)
    if is_trained:
        course = CourseFactory(
            programme=programme,
            profession=Profession.PHARMACIST,
            version=f"v{site.pk}",
        )
        CompletionFactory(user=member.user, course=course, recorded_by=member)
    return member


def names(programme, on=None):
    return [one.name for one in directory.places(programme, on or timezone.localdate())]


def test_a_structure_is_there_while_it_is_listed(programme, structure):
    ListingFactory(site__name="CH d’ailleurs")
    ListingFactory(
        indication__programme=programme,
        site__name="CH retiré",
        listed_on=datetime.date(2021, 3, 1),
        delisted_on=datetime.date(2022, 1, 1),
    )
    ListingFactory(
        indication__programme=programme, site__closed_on=timezone.localdate(), site__name="CH fermé"
    )

    assert names(programme) == ["CH de l’Essai"]


def test_a_pharmacy_is_there_once_a_pharmacist_is_trained(programme):
    pharmacy(programme, name="Pharmacie formée")
    pharmacy(programme, name="Pharmacie à former", is_trained=False)
    gone = pharmacy(programme, name="Pharmacie quittée")
    gone.ended_on = timezone.localdate()
    gone.save()
    pharmacy(ProgrammeFactory(), name="Pharmacie d’un autre programme")

    assert names(programme) == ["Pharmacie formée"]


def test_a_programme_without_training_asks_for_none():
    programme = ProgrammeFactory(training_required=False)
    pharmacy(programme, name="Pharmacie", is_trained=False)

    assert names(programme) == ["Pharmacie"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(), {"CH de l’Essai", "Pharmacie"}),
        (Asked(departement="75"), {"CH de l’Essai"}),
        (Asked(departement="971"), {"Pharmacie"}),
        (Asked(indication="DN"), {"CH de l’Essai", "Pharmacie"}),
        (Asked(indication="EPI"), {"Pharmacie"}),
        (Asked(kind="COMMUNITY_PHARMACY"), {"Pharmacie"}),
        (Asked(departement="75", kind="COMMUNITY_PHARMACY"), set()),
    ],
)
def test_filters(programme, structure, asked, expected):
    pharmacy(programme, name="Pharmacie", departement="971")

    found = directory.places(programme, timezone.localdate())

    assert {one.name for one in directory.chosen(found, asked)} == expected


def test_anybody_reads_the_page_and_names_nobody(client, programme, structure):
    member = pharmacy(programme, name="Pharmacie", departement="971")

    answer = client.get(PAGE)

    page = answer.content.decode()
    assert "CH de l’Essai" in page
    assert "Guadeloupe (971)\u202f: 1" in page
    assert member.user.last_name not in page
    assert member.user.rpps not in page
    assert structure.email not in page
    assert answer["Cache-Control"] == "public, max-age=300"


def test_whoever_is_signed_in_is_kept_by_no_proxy(client, programme, structure, sign_in):
    answer = sign_in(MemberFactory()).get(PAGE)

    assert answer["Cache-Control"] == "no-store"


def test_the_page_takes_the_same_queries_whatever_the_number(
    client, programme, structure, django_assert_num_queries
):
    for number in range(70):
        ListingFactory(
            indication=structure.listings.get().indication,
            site__departement="13" if number % 2 else "2A",
        )

    # Programmes; indications; structures; pharmacies.
    with django_assert_num_queries(4):
        page = client.get(PAGE).content.decode()
    assert "Choisissez un département" in page
    with django_assert_num_queries(2):
        kept = client.get(PAGE, {"departement": "2A"}).content.decode()

    assert "Corse-du-Sud\u202f: 35 lieux" in kept


def test_what_the_address_holds_and_no_list_offers_is_left_aside(client, programme, structure):
    page = client.get(PAGE, {"departement": "' OR 1=1", "nature": "CASTLE", "programme": "x"})

    assert page.status_code == 200
    assert "CH de l’Essai" in page.content.decode()
    assert "OR 1=1" not in page.content.decode()


def test_an_empty_choice_has_a_next_step(client, programme, structure):
    page = client.get(PAGE, {"departement": "976"}).content.decode()

    assert "Élargissez" in page


def test_nothing_listed_yet_is_said(client):
    assert "Aucune structure" in client.get(PAGE).content.decode()
    assert client.get(CSV).content.decode().count("\n") == 1


def test_two_programmes_are_chosen_from(client, programme, structure):
    other = ListingFactory(
        indication__programme=ProgrammeFactory(opens_on=datetime.date(2025, 1, 1)),
        site__name="CH du second",
    )

    first = client.get(PAGE).content.decode()
    second = client.get(PAGE, {"programme": other.indication.programme.code}).content.decode()

    assert ("CH de l’Essai" in first, "CH du second" in first) == (True, False)
    assert ("CH de l’Essai" in second, "CH du second" in second) == (False, True)


def test_the_open_file_runs_nothing_and_keeps_its_columns(client, programme, structure):
    structure.name = "=cmd|'/C calc'!A0"
    structure.save()

    answer = client.get(CSV, {"departement": "75"})

    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"].startswith("public")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [name for name, _ in directory.COLUMNS]
    assert rows[1][:3] == ["Structure de référence", "'=cmd|'/C calc'!A0", structure.finess]
    assert (rows[1][6], rows[1][7], rows[1][9]) == ("75", "Paris", "DN")
