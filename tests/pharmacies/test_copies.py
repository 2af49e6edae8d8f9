"""The pharmacist's copy of what was dispensed: whole, of this pharmacy, within its years."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from core import keys
from core.models import JournalLine
from pharmacies import copies
from pharmacies.actions.handover import seal
from pharmacies.models import RegisterCopy
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory, UndoneFactory


SERVED_ON = date(2026, 3, 2)


@pytest.fixture
def served():
    person = PersonFactory(birth_name="Durand", first_names=["Louise"])
    enrolment = EnrolmentFactory(patient=PatientFactory(person=person))
    return DispensationFactory(received__prescription__enrolment=enrolment, items=True)


def cells(served, on=SERVED_ON):
    rows = copies.copied(served.pharmacy, on)
    return [dict(zip(copies.HEADINGS, row.cells, strict=True)) for row in rows]


def test_each_line_says_who_what_and_by_whom(served):
    DispensationFactory(items=True)

    (row,) = cells(served)

    assert row["Patient"] == "DUPONT Louise (née DURAND)"
    assert row["Délivrée le"] == "02/03/2026"
    assert row["Prescripteur"] == served.prescription.prescriber.full_name
    assert row["Lot"] == "LOT-A1"
    assert row["Remise à"] == "Le patient"
    assert row["Annulée"] == ""


def test_it_goes_back_three_years(served):
    last = date(2029, 3, 2)

    assert len(cells(served, last)) == 1
    assert cells(served, last + timedelta(days=1)) == []


def test_a_bearer_is_named_and_a_counter_entry_told(served):
    said = {"name": "Léa Martin", "address": "3 rue des Lilas", "document": ""}
    carried = DispensationFactory.build(
        received=served.received,
        prescription=served.prescription,
        enrolment=served.enrolment,
        pharmacy=served.pharmacy,
        dispensed_by=served.dispensed_by,
        sequence_no=2,
        bearer="CARER",
    )
    carried.bearer_sealed = seal(carried, "bearer", json.dumps(said))
    carried.save()
    copy_item(served, carried)
    # Half past midnight in Paris.
    UndoneFactory(dispensation=carried, recorded_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    row = cells(served)[1]

    assert row["Remise à"] == "Léa Martin, 3 rue des Lilas"
    assert row["Annulée"] == "02/03/2026"


def copy_item(served, carried):
    item = served.items.get()
    item.pk, item.dispensation, item.days = None, carried, 0
    item.save()


def test_once_the_identity_is_erased_the_copy_names_nobody(served):
    served.enrolment.patient.identity.delete()
    keys.destroy_keys([served.enrolment.key_id])

    (row,) = cells(served)

    assert (row["Patient"], row["Né(e) le"]) == ("", "")


@pytest.mark.parametrize(("medium", "start"), [("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbfD")])
def test_take_the_copies_away(sign_in, served, medium, start):
    client = sign_in(served.dispensed_by)
    page = reverse("pharmacies:copies")
    address = reverse("pharmacies:copy", args=["COPIES", medium])

    response = client.post(address)

    assert response.content.startswith(start)
    kept = RegisterCopy.objects.get()
    assert (kept.subject, kept.medium, kept.last_number) == ("COPIES", medium, served.pk)
    assertContains(client.get(page), "À jour", count=1)
    assertContains(client.get(page), "trois ans")
    assert JournalLine.objects.filter(action="register.copied").count() == 1
    assert client.post(reverse("pharmacies:copy", args=["OTHER", medium])).status_code == 404
