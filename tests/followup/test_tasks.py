from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.db import DatabaseError

from accounts.enums import Role
from core.models import OutgoingMail
from followup import reminders, tasks
from patients import identity
from patients.enums import EndReason, EnrolmentState
from patients.identity import Person
from patients.models import Consent, Enrolment
from programmes.models import Accreditation
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import AccreditationFactory


CANARY = Person(
    birth_name="Zyxwcanari",
    first_names=["Quetzalcoatl"],
    sex="F",
    birth_date=date(1980, 5, 17),
    phone="+33 6 99 88 77 66",
    email="canari@exemple.test",
)
# 5:10 in Paris.
NIGHT = datetime(2026, 4, 12, 3, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_night():
    """The task reads the clock once: this is the only place where a test sets it."""
    with mock.patch("followup.tasks.timezone.now", return_value=NIGHT):
        yield


def test_one_digest_a_site_however_often_it_runs():
    late = VisitFactory()
    due = VisitFactory(
        enrolment__included_by=late.enrolment.included_by,
        enrolment__indication=late.enrolment.indication,
        due_on=date(2026, 4, 15),
    )
    VisitFactory(due_on=date(2026, 8, 1))  # nothing to tell of that site

    counts = tasks.remind_sites(), tasks.remind_sites()

    assert counts == (1, 0)
    mail = OutgoingMail.objects.get()
    assert mail.to == late.enrolment.site.email
    assert mail.subject == "ReCann\u202f: 2 consultations à tenir, dont 1 en retard"
    assert (
        f"{late.enrolment.number} · Consultation M1 · prévue le 02/04/2026 · 3 jours" in mail.body
    )
    assert f"{due.enrolment.number} · Consultation M1 · prévue le 15/04/2026" in mail.body
    assert "http://testserver/connexion/" in mail.body


def test_a_digest_names_nobody():
    visit = VisitFactory()
    identity.write(visit.enrolment.patient, CANARY)

    tasks.remind_sites()

    mail = OutgoingMail.objects.get()
    text = f"{mail.subject} {mail.body} {mail.to} {mail.key}".casefold()
    for secret in ("zyxwcanari", "quetzalcoatl", "99 88 77", "canari@", "1980", "neuropath"):
        assert secret not in text
    assert visit.enrolment.number.casefold() in text


def test_the_next_day_is_another_digest():
    VisitFactory()
    tasks.remind_sites()

    with mock.patch(
        "followup.tasks.timezone.now", return_value=datetime(2026, 4, 13, 3, 10, tzinfo=UTC)
    ):
        assert tasks.remind_sites() == 1


def test_the_day_is_that_of_the_site():
    site = SiteFactory(time_zone="Pacific/Noumea")
    doctor = MemberFactory(site=site)
    VisitFactory(enrolment__included_by=doctor, due_on=date(2026, 4, 20))
    # Its window opens on the 13th, which has begun there and not in Paris.
    at = datetime(2026, 4, 12, 14, tzinfo=UTC)

    queued = reminders.remind_site(site, reminders.read(site.local_day(at), [site]), at=at)

    assert queued == 1
    assert OutgoingMail.objects.get().key == f"digest:{site.pk}:2026-04-13"


@pytest.mark.parametrize("why", ["ended", "withdrawn"])
def test_nobody_is_reminded_of_who_left_or_withdrew(why):
    visit = VisitFactory()
    if why == "ended":
        Enrolment.objects.filter(pk=visit.enrolment_id).update(
            state=EnrolmentState.ENDED, ended_on=date(2026, 4, 1), end_reason=EndReason.OTHER
        )
    else:
        Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=date(2026, 4, 1))

    assert tasks.remind_sites() == 0
    assert not OutgoingMail.objects.exists()


def test_one_site_that_fails_does_not_stop_the_others():
    broken, sound = VisitFactory(), VisitFactory()
    real = reminders.remind_site

    def fail_for_one(site, places, *, at):
        if site == broken.enrolment.site:
            raise DatabaseError("lost")
        return real(site, places, at=at)

    with mock.patch("followup.reminders.remind_site", fail_for_one):
        assert tasks.remind_sites() == 1
    assert OutgoingMail.objects.get().to == sound.enrolment.site.email
    assert tasks.remind_sites() == 1  # the one that failed, and it alone


def test_a_site_without_address_tells_its_doctors_what_they_may_see():
    doctor = MemberFactory(site=SiteFactory(email=""))
    visit = VisitFactory(enrolment__included_by=doctor)
    AccreditationFactory(member=doctor, programme=visit.enrolment.programme)
    MemberFactory(site=doctor.site)  # accredited for no programme
    MemberFactory(site=doctor.site, role=Role.RELAY_DOCTOR, programme=visit.enrolment.programme)

    assert tasks.remind_sites() == 1
    assert OutgoingMail.objects.get().to == doctor.user.email


def relayed():
    """A patient whose relay doctor has a simple visit to hold; the doctor."""
    enrolment = EnrolmentFactory()
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    enrolment.relay_doctor = relay
    enrolment.save()
    VisitFactory(enrolment=enrolment, simple=True, due_on=date(2026, 4, 14))
    return relay


def test_a_relay_doctor_is_told_of_simple_visits_only():
    relay = relayed()
    VisitFactory(enrolment=relay.relayed_enrolments.get())

    assert (tasks.remind_sites(), tasks.remind_sites()) == (2, 0)

    body = OutgoingMail.objects.get(to=relay.user.email).body
    assert "Consultation simple" in body
    assert "M1" not in body


def test_many_sites_are_read_in_groups_of_one_day():
    sunday, monday = date(2026, 4, 12), date(2026, 4, 13)
    known = [(sunday, "a"), (monday, "b"), (sunday, "c"), (sunday, "d")]

    with mock.patch("followup.reminders.TOGETHER", 2):
        groups = list(reminders.by_local_day(known))

    assert groups == [(sunday, ["a", "c"]), (monday, ["b"]), (sunday, ["d"])]


@pytest.mark.parametrize("which", ["read", "read_relayed"])
def test_a_group_that_cannot_be_read_is_told_the_next_time(which):
    relayed()

    with mock.patch(f"followup.reminders.{which}", side_effect=DatabaseError("lost")):
        assert tasks.remind_sites() == 1
    assert tasks.remind_sites() == 1


def test_a_site_in_no_known_zone_stops_no_other():
    lost, sound = VisitFactory().enrolment.site, VisitFactory().enrolment.site
    lost.time_zone = "Europe/Nulle-Part"
    lost.save()

    assert tasks.remind_sites() == 1
    assert OutgoingMail.objects.get().to == sound.email


def test_one_doctor_who_fails_does_not_stop_the_others():
    relayed()

    with mock.patch("followup.reminders.remind_relay_doctor", side_effect=OSError):
        assert tasks.remind_sites() == 1
    assert tasks.remind_sites() == 1


def test_relay_doctors_are_told_of_the_programmes_they_are_accredited_for():
    relay, other = relayed(), relayed()
    Accreditation.objects.filter(member=relay).update(
        programme=other.relayed_enrolments.get().programme_id
    )

    tasks.remind_sites()

    told = OutgoingMail.objects.values_list("to", flat=True)
    assert other.user.email in told
    assert relay.user.email not in told


def test_many_relay_doctors_cost_three_queries_and_their_mails(django_assert_max_num_queries):
    for _ in range(4):
        relayed()
    tasks.remind_sites()

    # sites: three and which; relay doctors, their visits, what they were told, letters
    with django_assert_max_num_queries(8):
        assert tasks.remind_sites() == 0


def test_many_sites_cost_three_queries_and_their_mails(django_assert_max_num_queries):
    VisitFactory.create_batch(6)
    tasks.remind_sites()

    # sites, visits, told, who asked for one of their own, relay doctors
    with django_assert_max_num_queries(5):
        assert tasks.remind_sites() == 0
