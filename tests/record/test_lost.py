"""The page of a patient without news: attempts, decisions, who may take them."""

from datetime import UTC, date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from followup.models import Attempt
from patients.enums import EndReason, EnrolmentState
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AttemptFactory, SearchFactory
from tests.programmes.factories import AccreditationFactory
from tests.record.test_narrowed import patient


AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def test_a_doctor_tries_finds_and_is_told(client, sign_in):
    enrolment = patient(included_on=timezone.localdate() - timedelta(days=100))
    sign_in(enrolment.included_by)
    url = reverse("record:lost", args=[enrolment.public_id])
    today = f"{timezone.localdate():%d/%m/%Y}"

    page = client.get(url)
    assertContains(page, "Aucune tentative")
    assertContains(page, "Sans nouvelles depuis 90 jours ou plus")
    assertNotContains(page, "Patient retrouvé")
    typed = {"attempted_on": today, "means": "PHONE", "answered": "NOTHING"}
    answer = client.post(url, typed, follow=True)
    assertContains(answer, "La tentative est enregistrée.")
    assertContains(answer, "Recherche en cours")
    assertContains(answer, "Trois tentatives par deux moyens")
    assertContains(answer, reverse("patients:end", args=[enrolment.public_id]))
    found = reverse("record:found", args=[enrolment.public_id])
    assertContains(client.post(found, follow=True), "la recherche est close")

    assertContains(client.post(found, follow=True), "Aucune recherche n’est en cours")


def test_an_attempt_to_come_is_refused_beside_its_field(client, sign_in):
    enrolment = patient()
    sign_in(enrolment.included_by)
    tomorrow = timezone.localdate() + timedelta(days=2)

    answer = client.post(
        reverse("record:lost", args=[enrolment.public_id]),
        {"attempted_on": f"{tomorrow:%d/%m/%Y}", "means": "PHONE", "answered": "NOTHING"},
    )

    assertContains(answer, "ou avant.")
    assert not Attempt.objects.exists()


def test_an_act_that_refuses_says_so_on_the_page(client, sign_in):
    enrolment = patient(
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 3, 20),
        end_reason=EndReason.LOST_TO_FOLLOWUP,
    )
    AttemptFactory(
        search=SearchFactory(
            enrolment=enrolment, closed_at=AT, closed_by=enrolment.included_by, outcome="LOST"
        )
    )
    sign_in(enrolment.included_by)
    url = reverse("record:lost", args=[enrolment.public_id])

    page = client.get(url)
    assertContains(page, reverse("patients:reopen", args=[enrolment.public_id]))
    assertContains(page, "Perdu de vue, sortie enregistrée")
    client.post(url, {"attempted_on": "20/03/2026", "means": "PHONE", "answered": "NOTHING"})

    assert Attempt.objects.count() == 1


def test_a_relay_doctor_tries_and_does_not_end(client, sign_in):
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    enrolment = patient(relay_doctor=relay)
    AccreditationFactory(member=relay, programme=enrolment.programme)
    AttemptFactory(search=SearchFactory(enrolment=enrolment))
    sign_in(relay)

    page = client.get(reverse("record:lost", args=[enrolment.public_id]))

    assertContains(page, "Patient retrouvé")
    assertNotContains(page, reverse("patients:end", args=[enrolment.public_id]))
