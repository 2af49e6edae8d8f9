"""Structures listed and delisted by a decision; what the page shows of them."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Site
from core.identifiers import make_finess
from core.models import JournalLine
from programmes.actions import listings as actions
from programmes.actions.listings import CannotList, Decision
from programmes.models import Listing
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.accounts.imports import DirectoryPlaceFactory
from tests.programmes.factories import IndicationFactory, ListingFactory, ProgrammeFactory


DAY = datetime.date(2021, 11, 22)
FIRST = Decision(datetime.date(2021, 3, 1), "Décision du 1er mars")
LISTINGS = reverse("programmes:listings")


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def manager(programme):
    return MemberFactory(role=Role.MANAGER, programme=programme)


@pytest.fixture
def indication(programme):
    return IndicationFactory(programme=programme, label="Douleurs réfractaires")


def test_a_structure_is_listed_for_several_indications(manager, indication):
    site, other = SiteFactory(), IndicationFactory(programme=indication.programme)

    made = actions.list_structure(site, [indication, other], FIRST, by=manager)

    assert {one.indication for one in made} == {indication, other}
    assert {one.decision for one in Listing.objects.all()} == {"Décision du 1er mars"}
    assert JournalLine.objects.filter(action="listing.made").count() == 2
    assert set(Listing.objects.in_force(FIRST.on)) == set(made)


def test_all_or_none_is_listed(manager, indication):
    site, other = SiteFactory(), IndicationFactory(programme=indication.programme)
    ListingFactory(site=site, indication=other, listed_on=DAY)

    with pytest.raises(CannotList, match="déjà inscrite"):
        actions.list_structure(site, [indication, other], FIRST, by=manager)

    assert Listing.objects.count() == 1
    assert not JournalLine.objects.exists()


def test_the_day_of_delisting_is_free_again(manager, indication):
    site = SiteFactory()
    (first,) = actions.list_structure(site, [indication], FIRST, by=manager)

    actions.delist(first, Decision(DAY, "Retrait"), by=manager)
    actions.list_structure(site, [indication], Decision(DAY, "Retour"), by=manager)

    first.refresh_from_db()
    assert (first.delisted_on, first.end_decision) == (DAY, "Retrait")
    assert [one.decision for one in Listing.objects.in_force(DAY)] == ["Retour"]
    assert JournalLine.objects.filter(action="listing.ended").count() == 1


@pytest.mark.parametrize(
    ("day", "message"), [(FIRST.on, "suit l’inscription, du 01/03/2021"), (None, "déjà terminée")]
)
def test_a_delisting_is_refused(manager, indication, day, message):
    (listing,) = actions.list_structure(SiteFactory(), [indication], FIRST, by=manager)
    if day is None:
        actions.delist(listing, Decision(DAY, "Retrait"), by=manager)
    before = JournalLine.objects.count()

    with pytest.raises(CannotList, match=message):
        actions.delist(listing, Decision(day or DAY, "Encore"), by=manager)

    assert JournalLine.objects.count() == before


def test_a_structure_comes_from_the_national_directory(manager):
    place = DirectoryPlaceFactory(finess=make_finess("974", 9), departement="974")

    site = actions.find_structure(place.finess, by=manager, on=DAY)

    assert (site.name, site.time_zone, site.opened_on) == (place.name, "Indian/Reunion", DAY)
    assert actions.find_structure(place.finess, by=manager, on=DAY) == site
    assert JournalLine.objects.filter(action="site.opened").count() == 1


@pytest.mark.parametrize("case", ["unknown", "gone", "elsewhere", "pharmacy"])
def test_a_number_that_leads_to_no_structure_is_refused(manager, case):
    finess, message = make_finess("33", 77), "ni dans le registre"
    if case == "gone":
        DirectoryPlaceFactory(finess=finess, gone_on=DAY)
    elif case == "elsewhere":
        DirectoryPlaceFactory(finess=finess, departement="")
    elif case == "pharmacy":
        SiteFactory(pharmacy=True, finess=finess)
        message = "autre lieu"
    before = Site.objects.count()

    with pytest.raises(CannotList, match=message):
        actions.find_structure(finess, by=manager, on=DAY)

    assert Site.objects.count() == before


# --- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def client(client, manager, sign_in):
    return sign_in(manager)


def test_the_list_shows_the_listings_of_today(client, indication, django_assert_num_queries):
    for _ in range(3):
        ListingFactory(indication=indication, listed_on=datetime.date(2021, 3, 1))
    stranger = ListingFactory(indication__code="CACHE")
    ended = ListingFactory(indication=indication, delisted_on=DAY, site__name="CH retiré")

    with django_assert_num_queries(6):  # session, user, device, member; sites, their listings
        page = client.get(LISTINGS).content.decode()

    assert page.count(indication.code) == 3
    assert stranger.indication.code not in page
    assert ended.site.name in page
    listed = client.get(LISTINGS, {"etat": "oui"}).content.decode()
    assert ended.site.name not in listed
    others = client.get(LISTINGS, {"etat": "non", "departement": "75"}).content.decode()
    assert ended.site.name in others
    assert "Aucune structure" in client.get(LISTINGS, {"departement": "2A"}).content.decode()
    assert client.get(LISTINGS, {"departement": "' OR 1=1"}).status_code == 200


def test_a_structure_is_found_by_its_number(client):
    site = SiteFactory(finess="750712184")

    answer = client.post(LISTINGS, {"finess": " 750 712 184 "})

    assert answer.url == reverse("programmes:structure", args=[site.public_id])


@pytest.mark.parametrize(
    ("typed", "message"),
    [("12", "9 caractères"), ("750712185", "Clé incorrecte"), ("750712184", "ni dans le registre")],
)
def test_a_number_is_refused_beside_its_field(client, typed, message):
    page = client.post(LISTINGS, {"finess": typed}).content.decode()

    assert message in page
    assert f'value="{typed}"' in page


def test_a_structure_is_listed_then_delisted_on_its_page(client, indication):
    site = SiteFactory()
    page = reverse("programmes:structure", args=[site.public_id])
    typed = {"indications": [indication.pk], "on": "01/03/2021", "reference": "Décision A"}

    assert "Inscription enregistrée" in client.post(page, typed, follow=True).content.decode()
    assert "déjà inscrite" in client.post(page, typed).content.decode()

    delist = reverse("programmes:delist", args=[Listing.objects.get().public_id])
    assert "Retirer une inscription" in client.get(delist).content.decode()
    early = client.post(delist, {"on": "01/03/2021", "reference": "B"})
    assert "suit l’inscription" in early.content.decode()
    done = client.post(delist, {"on": "22/11/2021", "reference": "Décision B"}, follow=True)
    assert "22/11/2021" in done.content.decode()
    assert "Décision B" in done.content.decode()
    assert client.get(delist).status_code == 404


def test_an_indication_of_another_programme_is_not_offered(client):
    stranger = IndicationFactory(label="D’ailleurs")
    site = SiteFactory()
    listing = ListingFactory(indication=stranger, site=site)
    page = reverse("programmes:structure", args=[site.public_id])

    assert "D’ailleurs" not in client.get(page).content.decode()
    client.post(page, {"indications": [stranger.pk], "on": "01/03/2021", "reference": "A"})
    assert Listing.objects.count() == 1
    delist = reverse("programmes:delist", args=[listing.public_id])
    assert client.get(delist).status_code == 404


def test_two_programmes_are_told_apart(client, manager, indication):
    from tests.programmes.factories import AccreditationFactory

    other = IndicationFactory(label=indication.label, programme__short_name="Second")
    AccreditationFactory(member=manager, programme=other.programme, started_on=timezone.localdate())

    page = reverse("programmes:structure", args=[SiteFactory().public_id])

    assert "(Second)" in client.get(page).content.decode()


def test_a_pharmacy_is_no_structure(client):
    pharmacy = SiteFactory(pharmacy=True)

    assert client.get(reverse("programmes:structure", args=[pharmacy.public_id])).status_code == 404
