"""The pages of reminders and of the agenda, and the address that programs read."""

import re
from datetime import UTC, date, datetime

from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from followup.enums import ReminderChannel
from followup.models import DigestChoice, Feed, ReminderChoice
from patients.enums import EndReason, EnrolmentState
from record.views.agenda import WRONG_SECRETS
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import ReminderChoiceFactory, ReminderFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


def patient(**fields):
    person = PersonFactory(email="jeanne@exemple.test", phone="+33 6 12 34 56 78")
    return EnrolmentFactory(patient=PatientFactory(person=person), **fields)


def test_a_member_chooses_a_rhythm(client, sign_in):
    member = MemberFactory()
    sign_in(member)
    url = reverse("record:preferences")

    assertContains(client.get(url), "Le lieu reçoit le sien")
    assertContains(client.get(url), 'value="NEVER" checked')
    assertContains(client.post(url, {"rhythm": "HOURLY"}), "HOURLY")
    assert not DigestChoice.objects.exists()
    assertContains(client.post(url, {"rhythm": "WEEKLY"}, follow=True), "est enregistrée")

    assert DigestChoice.objects.get().rhythm == "WEEKLY"


def test_a_place_without_address_says_that_each_has_theirs(client, sign_in):
    sign_in(MemberFactory(site=SiteFactory(email="")))

    page = client.get(reverse("record:preferences"))

    assertContains(page, "Chaque médecin reçoit le sien")


def test_who_prepares_gets_no_digest_and_has_an_agenda(client, sign_in):
    sign_in(MemberFactory(role=Role.PREPARER))
    url = reverse("record:preferences")

    assertNotContains(client.get(url), "Récapitulatif")
    client.post(url, {"rhythm": "DAILY"})
    assertContains(client.post(reverse("record:open_feed")), ".ics")

    assert not DigestChoice.objects.exists()


def test_an_agenda_is_opened_read_and_revoked(client, sign_in):
    sign_in(MemberFactory())

    page = client.post(reverse("record:open_feed")).content.decode()
    address = re.search(r"http://testserver(/agenda/[^<]+\.ics)", page)[1]
    assertNotContains(client.get(reverse("record:preferences")), ".ics")
    client.logout()
    answer = client.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    sign_in(Feed.objects.get().member)
    assertContains(client.get(reverse("record:preferences")), "lue pour la dernière fois")
    assertRedirects(client.post(reverse("record:revoke_feed")), reverse("record:preferences"))

    assert client.get(address).status_code == 404


def test_whoever_guesses_secrets_is_slowed_down(client):
    url = reverse("record:feed", args=["guess"])

    assert {client.get(url).status_code for _ in range(WRONG_SECRETS)} == {404}
    assert client.get(url).status_code == 429


def test_a_doctor_writes_what_the_patient_agreed_to(client, sign_in):
    enrolment = patient()
    sign_in(enrolment.included_by)
    url = reverse("record:reminders", args=[enrolment.public_id])

    page = client.get(url)
    assertContains(page, "Par courriel")
    assertNotContains(page, "Par SMS")  # no gateway
    assertContains(page, "Rien n’a encore été demandé")
    said = {"channel": "EMAIL", "days_before": "3", "days_after": "1"}
    answer = client.post(url, said, follow=True)
    assertContains(answer, "Le choix du patient est enregistré.")
    assertContains(answer, "3 jours avant et 1 jour après un rendez-vous manqué")

    choice = ReminderChoice.objects.get()
    assert (choice.channel, choice.days_before, choice.days_after) == (ReminderChannel.EMAIL, 3, 1)


def test_who_wants_none_is_asked_nothing_more(client, sign_in):
    enrolment = patient()
    sign_in(enrolment.included_by)

    # What the page hides, it does not send.
    client.post(reverse("record:reminders", args=[enrolment.public_id]), {"channel": "NONE"})

    choice = ReminderChoice.objects.get()
    assert (choice.channel, choice.days_before, choice.days_after) == ("NONE", 2, 0)


def test_only_what_can_reach_the_patient_is_offered(client, sign_in, settings):
    settings.SMS_GATEWAY = "core.sms.HttpGateway"
    reached = patient()
    lost = EnrolmentFactory(
        patient=PatientFactory(person=PersonFactory(email="", phone="")),
        included_by=reached.included_by, site=reached.site, indication=reached.indication,
    )  # fmt: skip
    sign_in(reached.included_by)

    assertContains(client.get(reverse("record:reminders", args=[reached.public_id])), "Par SMS")
    page = client.get(reverse("record:reminders", args=[lost.public_id]))
    assertContains(page, "ne contient pas d’adresse")
    url = reverse("record:reminders", args=[lost.public_id])
    client.post(url, {"channel": "EMAIL", "days_before": "3"})

    assert not ReminderChoice.objects.exists()


def test_what_became_of_each_reminder_is_shown(client, sign_in):
    enrolment = patient()
    visit = VisitFactory(enrolment=enrolment, simple=True)
    at = datetime(2026, 4, 1, 10, tzinfo=UTC)
    ReminderChoiceFactory(enrolment=enrolment)
    ReminderFactory(visit=visit, state="SENT", settled_at=at)
    ReminderFactory(visit=visit, due_on=date(2026, 4, 9), state="UNSURE", settled_at=at)
    ReminderFactory(visit=visit, due_on=date(2026, 4, 16))
    sign_in(enrolment.included_by)

    page = client.get(reverse("record:reminders", args=[enrolment.public_id]))

    for words in ("Envoyé", "Envoi incertain", "À envoyer", "01/04/2026 à 12:00"):
        assertContains(page, words)


def test_who_left_chooses_no_more(client, sign_in):
    enrolment = patient(
        state=EnrolmentState.ENDED, ended_on=date(2026, 3, 20), end_reason=EndReason.OTHER
    )
    sign_in(enrolment.included_by)
    url = reverse("record:reminders", args=[enrolment.public_id])

    assertNotContains(client.get(url), "Enregistrer le choix")
    client.post(url, {"channel": "NONE", "days_before": "3"})

    assert not ReminderChoice.objects.exists()
