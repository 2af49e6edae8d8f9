"""What nobody answers in time is told to others, once; the delays are data."""

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from core.models import JournalLine, OutgoingMail
from pharmacies import actions, mail, tasks
from pharmacies.models import Bulletin, Delay, Intervention, Notice
from tests.accounts.factories import SiteFactory
from tests.pharmacies.factories import (
    AcknowledgementFactory,
    BulletinFactory,
    DelayFactory,
    InterventionFactory,
    NoticeFactory,
    trained_pharmacist,
)
from tests.prescriptions.factories import PrescriptionFactory


SECOND = timedelta(seconds=1)


def hours(count):
    return timedelta(hours=count)


def late(model):
    return set(model.objects.exclude(escalated_at=None).values_list("pk", flat=True))


def mails(start):
    return OutgoingMail.objects.filter(key__startswith=start)


@pytest.mark.parametrize(
    ("code", "count"), [("NOTICE", 48), ("BULLETIN", 24), ("INTERVENTION", 24)]
)
def test_each_delay_comes_with_the_registry_and_has_a_source(code, count):
    at = timezone.now()

    assert actions.since(code, on=at.date(), at=at) == at - hours(count)
    assert Delay.objects.get(code=code).source


def test_mails_tell_the_day_it_was_at_the_pharmacy():
    """Half past midnight in Paris is still the day before in UTC."""
    night = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    notice = NoticeFactory(sent_at=night)
    made = InterventionFactory(recorded_at=night)

    told = [
        mail.queue_unanswered(notice, at=night),
        mail.queue_unread(made, made.prescription.author, at=night),
    ]

    assert ["02/03/2026" in one.body for one in told] == [True, True]


def test_the_last_delay_in_force_counts():
    at = timezone.now()
    DelayFactory(hours=6, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))

    def delay(on):
        return at - actions.since("NOTICE", on=on, at=at)

    assert delay(date(2025, 12, 31)) == hours(48)
    assert delay(date(2026, 1, 1)) == delay(date(2026, 6, 30)) == hours(6)
    assert delay(date(2026, 7, 1)) == hours(48)
    assert actions.since("NOTICE", on=date(2021, 3, 25), at=at) is None


def test_without_a_delay_nobody_is_told():
    NoticeFactory(sent_at=timezone.now() - hours(4000))
    Delay.objects.update(valid_to=date(2021, 12, 31))

    assert tasks.escalate() == 0


# --- Announcements ---------------------------------------------------------------------------


def test_an_announcement_without_an_answer_is_told_to_the_prescriber_once():
    at = timezone.now()
    due = NoticeFactory(sent_at=at - hours(48))
    NoticeFactory(sent_at=at - hours(48) + timedelta(minutes=5))
    answered = NoticeFactory(sent_at=at - hours(72))
    actions.answer(answered, answer="ORDERED", by=answered.sent_by, at=at)
    dispensed = NoticeFactory(sent_at=at - hours(72))
    dispensed.prescription.first_dispensed_at = at
    dispensed.prescription.save(update_fields=["first_dispensed_at"])

    told = [tasks.escalate(), tasks.escalate()]

    assert told == [1, 0]
    assert late(Notice) == {due.pk}
    mail = mails("notice late").get()
    assert (mail.to, due.pharmacy.name in mail.body) == (due.prescription.prescriber.email, True)
    line = JournalLine.objects.get(action="prescription.announcement_escalated")
    assert line.subject == str(due.prescription.enrolment.public_id)


def test_two_workers_tell_it_once():
    notice = NoticeFactory(sent_at=timezone.now() - hours(48))

    for _ in range(2):
        actions.escalate_notice(notice, at=timezone.now())

    assert JournalLine.objects.filter(action="prescription.announcement_escalated").count() == 1


def test_one_failure_does_not_stop_the_others():
    for _ in range(2):
        NoticeFactory(sent_at=timezone.now() - hours(48))
    fails = [ValueError("essai"), None]

    with patch("pharmacies.mail.queue_unanswered", side_effect=fails):
        told = tasks.escalate()

    assert told == 1
    assert len(late(Notice)) == 1


# --- Interventions ---------------------------------------------------------------------------


def test_a_word_that_nobody_reads_is_told_to_the_doctors_who_follow():
    at = timezone.now()
    due = InterventionFactory(recorded_at=at - hours(24))
    read = InterventionFactory(recorded_at=at - hours(24))
    InterventionFactory(recorded_at=at - hours(24) + timedelta(minutes=5))
    doctor = read.prescription.author
    for _ in range(2):
        actions.read_intervention(read, by=doctor, at=at)

    told = [tasks.escalate(), tasks.escalate()]

    assert told == [1, 0]
    assert late(Intervention) == {due.pk}
    assert mails("intervention late").get().to == due.prescription.author.user.email
    read.refresh_from_db()
    assert (read.read_at, read.read_by) == (at, doctor)
    assert JournalLine.objects.filter(action="dispensation.intervention_read").count() == 1
    actions.escalate_intervention(due, at=at)
    assert JournalLine.objects.filter(action="dispensation.intervention_escalated").count() == 1


def test_a_doctor_says_to_have_read_from_the_page_of_the_patient(sign_in):
    made = InterventionFactory()
    enrolment = made.prescription.enrolment
    page = reverse("record:patient", args=[enrolment.public_id])
    client = sign_in(made.prescription.author)

    before = client.get(page)
    response = client.post(reverse("pharmacies:read_word", args=[made.public_id]))

    assertContains(before, "J’ai lu")
    assertRedirects(response, page)
    assertNotContains(client.get(page), "J’ai lu")
    made.refresh_from_db()
    assert made.read_by == made.prescription.author


# --- Alerts ----------------------------------------------------------------------------------


def test_silent_pharmacies_are_told_again_and_the_agency_how_many_they_are():
    at = timezone.now()
    bulletin = BulletinFactory(issued_at=at - hours(24))
    BulletinFactory(issued_at=at - hours(24) + timedelta(minutes=5))
    sites = [
        SiteFactory(kind="COMMUNITY_PHARMACY", email=email)
        for email in ("a@exemple.fr", "b@exemple.fr", "")
    ]
    members = [trained_pharmacist(bulletin.programme, site=site) for site in sites]
    AcknowledgementFactory(bulletin=bulletin, pharmacy=sites[0], by=members[0])

    told = [tasks.escalate(), tasks.escalate()]

    assert told == [1, 0]
    assert late(Bulletin) == {bulletin.pk}
    assert [mail.to for mail in mails("bulletin late")] == ["b@exemple.fr"]
    assert "2 pharmacies n’ont pas" in mails("bulletin silent").get().body
    actions.escalate_bulletin(bulletin, at=at)
    assert JournalLine.objects.get(action="bulletin.escalated").detail["silent"] == 2


def test_an_alert_that_all_have_read_troubles_nobody():
    bulletin = BulletinFactory(issued_at=timezone.now() - hours(24))
    member = trained_pharmacist(bulletin.programme)
    AcknowledgementFactory(bulletin=bulletin, pharmacy=member.site, by=member)

    assert tasks.escalate() == 1
    assert not OutgoingMail.objects.exists()


def test_one_silent_pharmacy_is_one():
    bulletin = BulletinFactory(issued_at=timezone.now() - hours(24))
    trained_pharmacist(bulletin.programme)

    tasks.escalate()

    assert "1 pharmacie n’a pas" in mails("bulletin silent").get().body


# --- Seen at the counter ---------------------------------------------------------------------


def test_what_waits_is_shown_at_the_counter_and_on_the_page_to_prepare(sign_in):
    prescription = PrescriptionFactory(signed=True)
    member = trained_pharmacist(prescription.enrolment.programme)
    notice = NoticeFactory(
        prescription=prescription, pharmacy=member.site, escalated_at=timezone.now()
    )
    NoticeFactory()
    mine = BulletinFactory(programme=prescription.enrolment.programme)
    other = BulletinFactory(batch="AILLEURS")
    client = sign_in(member)

    counter, page = client.get(reverse("pharmacies:counter")), reverse("pharmacies:notices")

    assertContains(counter, "1 ordonnance annoncée, sans réponse")
    for shown in (counter, client.get(page)):
        assertContains(shown, mine.title)
        assertNotContains(shown, other.batch)
    assertContains(client.get(page), "médecin relancé")
    actions.answer(notice, answer="IN_STOCK", by=member, at=timezone.now())
    actions.acknowledge(mine, by=member, at=timezone.now())
    quiet = client.get(reverse("pharmacies:counter"))
    assertNotContains(quiet, "sans réponse")
    assertNotContains(quiet, mine.title)
