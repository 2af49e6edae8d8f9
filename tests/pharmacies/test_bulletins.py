"""Alerts: every pharmacy is told, each answers, and sees its own patients."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core import once
from core.models import OutgoingMail
from pharmacies import actions
from pharmacies.actions import Alert
from pharmacies.models import Acknowledgement, Bulletin, Dispensation
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.pharmacies.factories import (
    ENTERED_AT,
    BulletinFactory,
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
    UndoneFactory,
    trained_pharmacist,
)
from tests.pharmacies.test_views import written
from tests.programmes.factories import ProductFactory, ProgrammeFactory


DAY = datetime.timedelta(days=1)


def manager(programme):
    return MemberFactory(role=Role.MANAGER, programme=programme)


def alert(programme, **changes):
    told = {"kind": "FORGERY", "form_numbers": "0012 à 0050", "text": "Refuser", "source": "ARS"}
    return Alert(programme=programme, **told | changes)


def address(name, *args):
    return reverse(f"pharmacies:{name}", args=args)


def supplied(days_ago=1, **changes):
    """LOT-A1 given in the pharmacy to somebody who has a name."""
    prescription = written(days_ago=days_ago)
    on = timezone.localdate() - days_ago * DAY
    received = ReceivedFactory(prescription=prescription, presented_on=on)
    dispensation = DispensationFactory(received=received)
    return DispensedItemFactory(dispensation=dispensation, **changes)


def recall_of(item, **changes):
    programme = item.dispensation.enrolment.programme
    return BulletinFactory(programme=programme, product=item.line.product, **changes)


# --- Issued --------------------------------------------------------------------------------------


def test_every_pharmacy_of_the_programme_is_told_once():
    programme = ProgrammeFactory()
    one = trained_pharmacist(programme, site=SiteFactory(kind="COMMUNITY_PHARMACY", email="a@b.fr"))
    trained_pharmacist(programme, site=SiteFactory(kind="COMMUNITY_PHARMACY", email=""))
    trained_pharmacist(ProgrammeFactory())
    by = manager(programme)

    made = actions.issue(alert(programme), key="k", by=by, at=ENTERED_AT)
    again = actions.issue(alert(programme), key="k", by=by, at=ENTERED_AT)

    assert made == again
    assert actions.reached_by(made).count() == 2
    mail = OutgoingMail.objects.get()
    assert (mail.to, "0012 à 0050" in mail.body) == (one.site.email, True)
    with pytest.raises(once.AnotherBody):
        actions.issue(alert(programme, text="Autre"), key="k", by=by, at=ENTERED_AT)


def test_acknowledged_twice_is_once():
    found = BulletinFactory()
    by = trained_pharmacist(found.programme)

    first = actions.acknowledge(found, by=by, at=ENTERED_AT)
    again = actions.acknowledge(found, by=by, at=ENTERED_AT + DAY)

    assert (first, first.at) == (again, ENTERED_AT)
    assert not Bulletin.objects.unread_by(by.site_id).exists()
    assert list(Bulletin.objects.unread_by(SiteFactory().pk)) == [found]


def test_who_sees_an_alert():
    found = BulletinFactory()
    BulletinFactory()

    for role in (Role.PHARMACIST, Role.MANAGER, Role.VIGILANCE_OFFICER):
        member = MemberFactory(role=role, programme=found.programme)
        assert list(Bulletin.objects.visible_to(member)) == [found]
    doctor = MemberFactory(role=Role.REFERENCE_DOCTOR, programme=found.programme)
    assert not Bulletin.objects.visible_to(doctor).exists()


def test_titles():
    assert BulletinFactory().title == "Rappel du lot LOT-A1 – Huile THC 25 / CBD 25"
    forged = BulletinFactory(kind="FORGERY", product=None, batch="", form_numbers="12")
    assert forged.title.endswith(": 12")


# --- Patients ------------------------------------------------------------------------------------


def test_the_patients_of_this_pharmacy_however_the_batch_was_typed():
    mine = supplied(batch="lot-a1")
    found = recall_of(mine)
    other_batch = supplied(batch="LOT-B2")
    UndoneFactory(dispensation=supplied().dispensation)

    received = list(actions.received(found, mine.dispensation.dispensed_by))

    assert received == [mine]
    assert not actions.received(found, other_batch.dispensation.dispensed_by).exists()


@pytest.mark.parametrize(("days_ago", "named"), [(364, True), (365, False)])
def test_the_page_names_whom_it_served_within_a_year(client, sign_in, days_ago, named):
    item = supplied(days_ago=days_ago)
    found = recall_of(item)
    stranger = supplied()

    response = sign_in(item.dispensation.dispensed_by).get(address("bulletin", found.public_id))

    assertContains(response, item.dispensation.enrolment.number)
    assert ("Jeanne" in response.content.decode()) == named
    assertNotContains(response, stranger.dispensation.enrolment.number)


def test_a_batch_given_to_nobody_and_a_forgery_list_nobody(client, sign_in):
    found = BulletinFactory()
    forged = BulletinFactory(
        programme=found.programme, kind="FORGERY", product=None, batch="", form_numbers="12"
    )
    client = sign_in(trained_pharmacist(found.programme))

    assertContains(client.get(address("bulletin", found.public_id)), "délivré à personne")
    assertNotContains(client.get(address("bulletin", forged.public_id)), "Patients de votre")
    assert client.get(address("bulletin", BulletinFactory().public_id)).status_code == 404


# --- Pages ---------------------------------------------------------------------------------------


def test_a_pharmacist_reads_and_acknowledges(client, sign_in):
    found = BulletinFactory()
    by = trained_pharmacist(found.programme)
    client = sign_in(by)
    assertContains(client.get(address("bulletins")), "À lire")

    response = client.post(address("acknowledge", found.public_id), follow=True)

    assertNotContains(response, "À lire")
    assert Acknowledgement.objects.get().by == by
    assertNotContains(client.get(address("bulletin", found.public_id)), "J’ai lu et agi")
    assert client.post(address("acknowledge", BulletinFactory().public_id)).status_code == 404


def test_the_agency_issues_and_follows_the_answers(client, sign_in):
    programme = ProgrammeFactory()
    product = ProductFactory(programme=programme)
    silent, quick = trained_pharmacist(programme), trained_pharmacist(programme)
    client = sign_in(manager(programme))
    assertContains(client.get(address("bulletins")), "Diffuser une alerte")
    data = {
        "key": "k",
        "programme": programme.pk,
        "kind": "RECALL",
        "product": product.pk,
        "batch": "LOT-Z",
        "text": "Ne plus délivrer",
        "source": "ANSM",
    }
    assertContains(client.get(address("issue")), "accuser réception")

    response = client.post(address("issue"), data, follow=True)

    found = Bulletin.objects.get()
    assert (found.batch, found.product, found.form_numbers) == ("LOT-Z", product, "")
    actions.acknowledge(found, by=quick, at=ENTERED_AT)
    page = client.get(address("bulletin", found.public_id))
    assertContains(response, "Alerte diffusée")
    assertContains(page, silent.site.name)
    assertContains(page, "Sans réponse", count=1)
    assertContains(page, "Lue le", count=1)
    other = client.post(address("issue"), data | {"text": "Autre"})
    assertContains(other, "autre contenu")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"batch": ""}, "batch"),
        ({"product": ""}, "product"),
        ({"kind": "FORGERY"}, "form_numbers"),
        ({"product": "another"}, "product"),
        ({"product": "unknown"}, "product"),
    ],
)
def test_an_alert_says_of_what(client, sign_in, changes, field):
    programme, second = ProgrammeFactory(), ProgrammeFactory()
    by = manager(programme)
    by.accreditations.create(programme=second, started_on=datetime.date(2021, 3, 26))
    product = ProductFactory(programme=programme)
    data = {
        "key": "k",
        "programme": programme.pk,
        "kind": "RECALL",
        "product": product.pk,
        "batch": "LOT-Z",
        "text": "Ne plus délivrer",
        "source": "ANSM",
    }
    if changes.get("product") == "another":
        changes = {"product": ProductFactory(programme=second).pk}

    response = sign_in(by).post(address("issue"), data | changes)

    assert field in response.context["form"].errors
    assert not Bulletin.objects.exists()


def test_a_forgery_forgets_what_was_typed_of_a_recall(client, sign_in):
    programme = ProgrammeFactory()
    data = {
        "key": "k",
        "programme": programme.pk,
        "kind": "FORGERY",
        "batch": "LOT-Z",
        "form_numbers": "12",
        "text": "Refuser",
        "source": "ARS",
    }

    sign_in(manager(programme)).post(address("issue"), data)

    assert (Bulletin.objects.get().batch, Dispensation.objects.count()) == ("", 0)
