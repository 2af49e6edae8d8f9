"""A substitute acts under their own name, for the patients of another, within two days."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Profession, Role
from accounts.models import Member
from core.models import JournalLine, OutgoingMail
from patients.models import Enrolment
from programmes.models import Programme
from rights.actions import substitution
from rights.actions.substitution import CannotSubstitute
from tests.accounts.factories import MemberFactory, UserFactory
from tests.patients.factories import EnrolmentFactory
from tests.patients.situations import trained
from tests.programmes.factories import ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory


NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def programme():
    return ProgrammeFactory(training_required=True)


@pytest.fixture
def relay(programme):
    """A relay doctor with one patient."""
    doctor = trained(programme, role=Role.RELAY_DOCTOR)
    EnrolmentFactory(indication__programme=programme, relay_doctor=doctor)
    return doctor


@pytest.fixture
def locum(programme):
    """A doctor, trained, with a patient of their own elsewhere."""
    doctor = trained(programme, role=Role.RELAY_DOCTOR)
    EnrolmentFactory(indication__programme=programme, relay_doctor=doctor)
    return doctor


def name(relay, locum, first=0, last=0):
    today = relay.site.local_day(NOW)
    return substitution.name_substitute(
        locum.user, starts_on=today + first * DAY, until=today + last * DAY, by=relay, at=NOW
    )


def shifted(substitute, first, last):
    """The same substitution, as many days from today."""
    today = substitute.site.local_day(timezone.now())
    substitute.started_on, substitute.until = today + first * DAY, today + last * DAY
    substitute.save()


def test_the_substitute_sees_the_patients_of_whom_they_replace_and_not_their_own(relay, locum):
    substitute = name(relay, locum)

    assert (substitute.user, substitute.role) == (locum.user, relay.role)
    seen = Enrolment.objects.visible_to(substitute)
    assert [one.relay_doctor for one in seen] == [relay]
    assert [one.relay_doctor for one in Enrolment.objects.visible_to(locum)] == [locum]
    assert set(Programme.objects.visible_to(substitute)) == set(Programme.objects.visible_to(relay))


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(0, 0, True), (-3, 0, True), (-3, -1, False), (1, 3, False), (0, 5, True)],
)
def test_the_right_follows_the_days_of_the_site_and_no_task(relay, locum, first, last, stands):
    substitute = name(relay, locum)

    shifted(substitute, first, last)

    assert Member.objects.open().filter(pk=substitute.pk).exists() == stands


def test_a_session_opened_within_the_dates_is_refused_after_them(client, sign_in, relay, locum):
    substitute = name(relay, locum)
    sign_in(substitute)
    page = reverse("record:patients")
    assert client.get(page).status_code == 200

    shifted(substitute, -3, -1)

    assert client.get(page).status_code == 403


def test_it_ends_with_the_right_it_stands_for(relay, locum):
    substitute = name(relay, locum, last=5)

    relay.ended_on = relay.site.local_day(NOW)
    relay.save()

    assert not Member.objects.open().filter(pk=substitute.pk).exists()


def test_it_goes_on_while_the_replaced_doctor_sleeps(relay, locum):
    substitute = name(relay, locum, last=5)

    relay.user.suspended_at = NOW
    relay.user.save()

    assert Member.objects.open().filter(pk=substitute.pk).exists()


def test_both_are_told_and_it_is_journaled(relay, locum):
    name(relay, locum, last=5)

    told = {mail.to: mail.body for mail in OutgoingMail.objects.all()}
    assert set(told) == {relay.user.email, locum.user.email}
    assert "Vous remplacez" in told[locum.user.email]
    assert "vous remplace" in told[relay.user.email]
    assert JournalLine.objects.get(action="substitution.named").actor_id == relay.pk


def test_a_view_of_a_patient_names_whom_the_substitute_replaces(client, sign_in, relay, locum):
    substitute = name(relay, locum)
    patient = relay.relayed_enrolments.get()
    sign_in(substitute)

    client.get(reverse("record:patient", args=[patient.public_id]))

    line = JournalLine.objects.get(action="patient.viewed")
    assert (line.user_id, line.detail) == (locum.user_id, {"replaces": relay.pk})
    assert line.subject == str(patient.public_id)


def test_a_substitute_has_no_substitute_and_manages_nobody(relay, locum, programme):
    substitute = name(relay, locum)
    third = trained(programme, role=Role.RELAY_DOCTOR)

    with pytest.raises(CannotSubstitute, match="ne se fait pas remplacer"):
        name(substitute, third)

    assert not substitute.is_referent


def test_an_untrained_person_is_refused(relay):
    newcomer = MemberFactory(role=Role.RELAY_DOCTOR)

    with pytest.raises(CannotSubstitute, match="attestation") as refused:
        name(relay, newcomer)

    assert refused.value.field == "identifier"
    assert not Member.objects.filter(replaces=relay).exists()
    assert not OutgoingMail.objects.exists()


def test_the_same_person_twice_on_one_day_is_refused(relay, locum):
    name(relay, locum, last=5)

    with pytest.raises(CannotSubstitute, match="déjà"):
        name(relay, locum, first=5, last=6)

    assert Member.objects.filter(replaces=relay).count() == 1


def test_a_colleague_of_a_structure_has_these_rights_already(programme):
    doctor = trained(programme)
    colleague = trained(programme, site=doctor.site)

    with pytest.raises(CannotSubstitute, match="mêmes droits"):
        name(doctor, colleague)


def test_two_relay_doctors_of_one_practice_may_replace_each_other(relay, programme):
    colleague = trained(programme, role=Role.RELAY_DOCTOR, site=relay.site)

    substitute = name(relay, colleague)

    assert [one.relay_doctor for one in Enrolment.objects.visible_to(substitute)] == [relay]


def test_it_is_stopped_before_its_day_once_and_both_are_told(relay, locum):
    substitute = name(relay, locum, first=2, last=5)
    OutgoingMail.objects.all().delete()

    substitution.stop(substitute, by=relay, at=NOW)
    substitution.stop(substitute, by=relay, at=NOW)

    substitute.refresh_from_db()
    assert substitute.ended_on == substitute.started_on
    assert OutgoingMail.objects.count() == 2
    assert JournalLine.objects.filter(action="substitution.stopped").count() == 1


def test_a_membership_in_its_own_right_is_not_stopped(relay):
    substitution.stop(relay, by=relay, at=NOW)

    relay.refresh_from_db()
    assert relay.ended_on is None


def test_a_pharmacist_is_replaced_at_their_pharmacy(programme):
    pharmacist = MemberFactory(role=Role.PHARMACIST, programme=programme)
    other = UserFactory(profession=Profession.PHARMACIST)
    course = CourseFactory(programme=programme, profession=Profession.PHARMACIST)
    CompletionFactory(user=other, course=course, recorded_by=pharmacist)
    today = pharmacist.site.local_day(NOW)

    substitute = substitution.name_substitute(
        other, starts_on=today, until=today, by=pharmacist, at=NOW
    )

    assert (substitute.site, substitute.role) == (pharmacist.site, Role.PHARMACIST)
