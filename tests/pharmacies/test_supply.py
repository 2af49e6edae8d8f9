"""Until when a patient has medicine, who is about to run out, and who is told."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import OutgoingMail
from patients.enums import EnrolmentState
from patients.models import Enrolment
from pharmacies import actions, supply, tasks
from pharmacies.models import SupplyEnd
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.pharmacies.factories import (
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
    at_the_counter,
)
from tests.pharmacies.test_actions import dispense
from tests.pharmacies.test_views import written
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory


DAY = datetime.timedelta(days=1)


def case():
    prescription = PrescriptionFactory(signed=True)
    return prescription, at_the_counter(prescription)


def ending(in_days, **changes):
    """A patient with a name, served here yesterday, whose medicine ends in so many days."""
    prescription = written(days_ago=1)
    Enrolment.objects.filter(pk=prescription.enrolment_id).update(**changes)
    on = timezone.localdate() - DAY
    received = ReceivedFactory(prescription=prescription, presented_on=on)
    item = DispensedItemFactory(dispensation=DispensationFactory(received=received))
    SupplyEnd.objects.create(
        enrolment=prescription.enrolment, ends_on=timezone.localdate() + in_days * DAY
    )
    return item.dispensation


# --- Computed ------------------------------------------------------------------------------------


def test_a_dispensation_moves_the_end_and_its_undoing_moves_it_back():
    prescription, by = case()

    first = dispense(prescription, by, days=10, packs=1)
    assert SupplyEnd.objects.get().ends_on == WRITTEN_ON + 9 * DAY
    second = dispense(prescription, by, key="second", days=18, packs=2)
    assert SupplyEnd.objects.get().ends_on == WRITTEN_ON + 27 * DAY

    for made in (second, first):
        actions.undo(made, reason="TWICE", by=by, at=WRITTEN_AT + DAY)
        kept = SupplyEnd.objects.values_list("ends_on", flat=True).first()
        assert kept == (WRITTEN_ON + 9 * DAY if made == second else None)


def test_the_medicine_that_ends_first_decides():
    item = DispensedItemFactory(days=20)
    dispensation = item.dispensation
    other = PrescriptionFactory(signed=True)
    shorter = DispensedItemFactory(
        dispensation=DispensationFactory(received=ReceivedFactory(prescription=other)), days=5
    )

    found = supply.ends([dispensation.enrolment_id, other.enrolment_id])

    assert found == {
        dispensation.enrolment_id: WRITTEN_ON + 19 * DAY,
        shorter.dispensation.enrolment_id: WRITTEN_ON + 4 * DAY,
    }


@pytest.mark.parametrize(
    ("oil_days", "narcotic_after", "end"),
    [
        pytest.param(20, 10, 19, id="the oil ends first, and its year goes on"),
        pytest.param(20, 19, 19, id="its last day"),
        pytest.param(20, 20, 47, id="without it already: the narcotic alone is waited for"),
        pytest.param(30, 0, 27, id="the narcotic ends first"),
    ],
)
def test_a_year_of_oil_is_watched_beside_a_narcotic(oil_days, narcotic_after, end):
    year = PrescriptionFactory(signed=True, ordinary=True, duration_days=360)
    narcotic = PrescriptionFactory(signed=True, enrolment=year.enrolment, author=year.author)
    for prescription, days, after in ((year, oil_days, 0), (narcotic, 28, narcotic_after)):
        on = WRITTEN_ON + after * DAY
        received = ReceivedFactory(prescription=prescription, presented_on=on)
        DispensedItemFactory(dispensation=DispensationFactory(received=received), days=days)

    assert supply.ends([year.enrolment_id]) == {year.enrolment_id: WRITTEN_ON + end * DAY}


def test_what_was_supplied_to_its_end_gave_way_to_something_else():
    first = PrescriptionFactory(signed=True)
    second = PrescriptionFactory(
        signed=True, enrolment=first.enrolment, author=first.author, has_overlap_mention=True
    )
    for prescription, after in ((first, 0), (second, 20)):
        on = WRITTEN_ON + after * DAY
        received = ReceivedFactory(prescription=prescription, presented_on=on)
        DispensedItemFactory(dispensation=DispensationFactory(received=received), days=28)

    assert supply.ends([first.enrolment_id]) == {first.enrolment_id: WRITTEN_ON + 47 * DAY}


def test_a_day_without_any_counted_day_is_the_first():
    item = DispensedItemFactory(days=0, quantity_due=0)

    assert supply.ends([item.dispensation.enrolment_id]) == {
        item.dispensation.enrolment_id: WRITTEN_ON - DAY
    }


def test_what_was_loaded_is_counted_once():
    DispensedItemFactory(days=20)
    DispensationFactory()

    assert tasks.count_supplies() == 1
    assert tasks.count_supplies() == 0
    assert SupplyEnd.objects.get().ends_on == WRITTEN_ON + 19 * DAY


# --- Listed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_days", "listed"), [(-31, False), (-30, True), (-1, True), (0, True), (7, True), (8, False)]
)
def test_seven_days_before_and_thirty_after(client, sign_in, in_days, listed):
    made = ending(in_days)

    response = sign_in(made.dispensed_by).get(reverse("pharmacies:gaps"))

    assert (made.enrolment.number in response.content.decode()) == listed
    assert ("Sans traitement" in response.content.decode()) == (listed and in_days < 0)


def test_each_sees_their_own_and_who_left_is_not_listed(client, sign_in, django_assert_num_queries):
    made = ending(3)
    stranger = ending(3)
    gone = ending(3, state=EnrolmentState.ENDED, ended_on=timezone.localdate(), end_reason="OTHER")
    doctor = MemberFactory(
        role=Role.REFERENCE_DOCTOR,
        site=made.enrolment.site,
        programme=made.enrolment.programme,
    )

    for member in (made.dispensed_by, doctor):
        client = sign_in(member)
        # session, user, device, member; list; identities, keys; journal
        with django_assert_num_queries(7):
            page = client.get(reverse("pharmacies:gaps"))
        assertContains(page, made.enrolment.number)
        assertContains(page, "Jeanne")
        assertNotContains(page, stranger.enrolment.number)
        assertNotContains(page, gone.enrolment.number)


def test_nobody_runs_out(client, sign_in):
    made = ending(20)

    page = sign_in(made.dispensed_by).get(reverse("pharmacies:gaps"))

    assertContains(page, "Aucun de vos patients")


# --- Told ----------------------------------------------------------------------------------------


def test_the_doctor_and_the_pharmacy_are_told_once_a_day_without_a_name():
    pharmacy = SiteFactory(kind="COMMUNITY_PHARMACY", email="officine@exemple.fr")
    silent = SiteFactory(kind="COMMUNITY_PHARMACY", email="")
    made = ending(3, pharmacy=pharmacy)
    site = made.enrolment.site
    site.email = "centre@exemple.fr"
    site.save()
    ending(3, pharmacy=silent)
    ending(20, pharmacy=pharmacy)

    first, again = tasks.warn_of_gaps(), tasks.warn_of_gaps()

    mails = {mail.to: mail.body for mail in OutgoingMail.objects.all()}
    assert {"officine@exemple.fr", "centre@exemple.fr"} <= set(mails)
    assert (first, again) == (len(mails), 0)
    assert made.enrolment.number in mails["officine@exemple.fr"]
    assert "Jeanne" not in "".join(mails.values())


def test_one_place_that_fails_does_not_stop_the_others():
    bad, good = (
        SiteFactory(kind="COMMUNITY_PHARMACY", email=f"{name}@exemple.fr") for name in "ab"
    )
    bad.time_zone = "Mars/Olympus"
    bad.save()
    ending(3, pharmacy=bad)
    ending(3, pharmacy=good)

    tasks.warn_of_gaps()

    told = set(OutgoingMail.objects.values_list("to", flat=True))
    assert good.email in told
    assert bad.email not in told


def test_the_page_of_the_patient_says_until_when(client, sign_in):
    made = ending(3)

    page = sign_in(made.enrolment.included_by).get(
        reverse("record:patient", args=[made.enrolment.public_id])
    )

    assertContains(page, "Traitement en main jusqu’au")


@pytest.mark.parametrize(("days", "follows"), [(364, True), (365, False)])
def test_a_pharmacy_follows_whom_it_served_within_a_year(days, follows):
    served = DispensationFactory(items=True)
    stranger = DispensationFactory(items=True).dispensed_by
    today = served.dispensed_on + datetime.timedelta(days=days)

    assert (served.enrolment in supply.followed_by(served.dispensed_by, today)) == follows
    assert served.enrolment not in supply.followed_by(stranger, today)
