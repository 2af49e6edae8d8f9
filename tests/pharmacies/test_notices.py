"""The chosen pharmacy is told in advance, with the patient's agreement, and answers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import OutgoingMail
from pharmacies import actions
from pharmacies.actions import CannotAnnounce
from pharmacies.models import Notice
from prescriptions.models import Prescription
from tests.accounts.factories import SiteFactory
from tests.pharmacies.factories import NoticeFactory, trained_pharmacist
from tests.pharmacies.test_views import written
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory
from tests.together import together


def chosen(**changes):
    """A signed prescription of a patient who chose a pharmacy, and its pharmacist."""
    prescription = PrescriptionFactory(**{"signed": True} | changes)
    pharmacist = trained_pharmacist(
        prescription.enrolment.programme,
        site=SiteFactory(kind="COMMUNITY_PHARMACY", email="officine@exemple.fr"),
    )
    prescription.enrolment.pharmacy = pharmacist.site
    prescription.enrolment.save()
    return prescription, pharmacist


def announce(prescription, has_agreed=True):
    return actions.announce(
        prescription, has_agreed=has_agreed, by=prescription.author, at=WRITTEN_AT
    )


def test_the_pharmacy_is_told_once_without_a_name():
    prescription, pharmacist = chosen()

    notice, again = announce(prescription), announce(prescription)

    assert notice == again
    mail = OutgoingMail.objects.get()
    assert mail.to == "officine@exemple.fr"
    assert prescription.enrolment.number in mail.body
    assert prescription.lines.get().product_name not in mail.body
    assert list(Notice.objects.visible_to(pharmacist).waiting()) == [notice]
    assert list(Notice.objects.visible_to(prescription.author)) == [notice]
    stranger = NoticeFactory()
    assert stranger not in Notice.objects.visible_to(pharmacist)
    assert stranger not in Notice.objects.visible_to(prescription.author)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_presses_at_once_tell_the_pharmacy_once():
    prescription, _ = chosen()

    said = together([lambda: announce(prescription)] * 2)

    assert said[0] == said[1] == Notice.objects.get()
    assert OutgoingMail.objects.count() == 1


def test_a_pharmacy_without_an_address_reads_it_on_its_page():
    prescription, pharmacist = chosen()
    pharmacist.site.email = ""
    pharmacist.site.save()

    announce(Prescription.objects.get(pk=prescription.pk))

    assert not OutgoingMail.objects.exists()
    assert Notice.objects.visible_to(pharmacist).exists()


def test_what_cannot_be_announced():
    draft, _ = chosen(signed=False)
    supplied, _ = chosen()
    Prescription.objects.filter(pk=supplied.pk).update(first_dispensed_at=WRITTEN_AT)
    alone = PrescriptionFactory(signed=True)
    alone.enrolment.pharmacy = None
    alone.enrolment.save()

    for prescription, has_agreed in [
        (chosen()[0], False), (draft, True), (supplied, True), (alone, True)
    ]:  # fmt: skip
        with pytest.raises(CannotAnnounce):
            announce(prescription, has_agreed)

    assert not Notice.objects.exists()


def test_an_answer_goes_to_the_prescriber_and_may_change():
    prescription, pharmacist = chosen()
    notice = announce(prescription)

    for answer in ("ORDERED", "IN_STOCK", "IN_STOCK"):
        actions.answer(notice, answer=answer, by=pharmacist, at=WRITTEN_AT)

    notice.refresh_from_db()
    assert (notice.answer, notice.answered_by) == ("IN_STOCK", pharmacist)
    told = OutgoingMail.objects.filter(to=prescription.prescriber.email)
    assert {("commandé" in mail.body.lower()) for mail in told} == {True, False}
    assert told.count() == 2


def test_each_change_of_mind_is_told_and_a_second_press_is_not():
    notice = NoticeFactory()
    pharmacist = trained_pharmacist(notice.prescription.enrolment.programme, site=notice.pharmacy)
    for minute, said in enumerate(["ORDERED", "ORDERED", "CANNOT", "ORDERED"]):
        at = WRITTEN_AT + timedelta(minutes=minute)
        actions.answer(notice, answer=said, by=pharmacist, at=at)

    notice.refresh_from_db()
    assert (notice.answer, OutgoingMail.objects.count()) == ("ORDERED", 3)


def test_from_the_page_of_the_patient_to_the_answer(client, sign_in):
    prescription = written(days_ago=0)
    pharmacist = trained_pharmacist(prescription.enrolment.programme)
    prescription.enrolment.pharmacy = pharmacist.site
    prescription.enrolment.save()
    record = reverse("record:patient", args=[prescription.enrolment.public_id])
    url = reverse("pharmacies:announce", args=[prescription.public_id])
    sign_in(prescription.author)
    assertContains(client.get(record), "Prévenir la pharmacie")

    refused = client.post(url, {}, follow=True)
    done = client.post(url, {"accord": "on"}, follow=True)

    assertContains(refused, "accord du patient")
    assertContains(done, "pas encore de réponse")
    notice = Notice.objects.get()
    sign_in(pharmacist)
    page = client.get(reverse("pharmacies:notices"))
    assertContains(page, prescription.enrolment.number)
    assertNotContains(page, "Jeanne")
    answer = reverse("pharmacies:answer", args=[notice.public_id])
    assert client.post(answer, {"reponse": "MAYBE"}).status_code == 404
    assertContains(client.post(answer, {"reponse": "ORDERED"}, follow=True), "Réponse enregistrée")
    sign_in(prescription.author)
    assertContains(client.get(record), "commandé")


def test_each_sees_their_own(client, sign_in, django_assert_num_queries):
    notice, other = NoticeFactory(), NoticeFactory()
    pharmacist = notice.pharmacy.members.get(role=Role.PHARMACIST)
    client = sign_in(pharmacist)

    # session, user, device, member; notices, lines, packs of lines, packs
    with django_assert_num_queries(9):
        page = client.get(reverse("pharmacies:notices"))

    assertContains(page, notice.prescription.enrolment.number)
    assertNotContains(page, other.prescription.enrolment.number)
    theirs = reverse("pharmacies:answer", args=[other.public_id])
    assert client.post(theirs, {"reponse": "ORDERED"}).status_code == 404
    sign_in(notice.prescription.author)
    stranger = reverse("pharmacies:announce", args=[other.prescription.public_id])
    assert client.post(stranger, {"accord": "on"}).status_code == 404


def test_nothing_is_announced(client, sign_in):
    prescription, pharmacist = chosen()

    assertContains(sign_in(pharmacist).get(reverse("pharmacies:notices")), "Aucune ordonnance")
    assert prescription.pk
