"""Sleeping accounts: told, suspended after the whole notice, reopened by both factors."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Member, User
from core.models import JournalLine, OutgoingMail
from rights import tasks
from rights.actions import suspension
from rights.models import RightsRule, SuspensionNotice
from tests.accounts.factories import MemberFactory, UserFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import AccreditationFactory
from tests.sessions import one_time_code, open_session


NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)


def days_ago(days):
    return NOON - timedelta(days=days)


@pytest.fixture(autouse=True)
def rule():
    return RightsRule.objects.get()


def night(at=NOON):
    with mock.patch("rights.tasks.timezone.now", return_value=at):
        return tasks.suspend_sleeping_accounts()


def unseen_for(days, **fields):
    """A member whose person signed in for the last time so many days ago."""
    return MemberFactory(user__last_login=days_ago(days), **fields)


def state(member):
    member.user.refresh_from_db()
    return member.user.suspended_at


@pytest.mark.parametrize(("days", "told"), [(75, False), (76, True), (300, True)])
def test_a_person_is_told_fourteen_days_before_the_ninetieth(days, told):
    member = unseen_for(days)

    night()

    assert SuspensionNotice.objects.filter(user=member.user).exists() == told
    assert OutgoingMail.objects.filter(to=member.user.email).exists() == told
    assert state(member) is None


def test_each_run_twice_tells_once_and_suspends_once():
    member = unseen_for(76)

    assert (night(), night()) == (1, 0)
    day = NOON + timedelta(days=14)
    assert (night(day), night(day)) == (1, 0)

    assert state(member) == day
    assert member.user.session_epoch == 1
    assert not Member.objects.open().filter(pk=member.pk).exists()
    assert Member.objects.standing().filter(pk=member.pk).exists()
    assert OutgoingMail.objects.filter(to=member.user.email).count() == 2
    actions = JournalLine.objects.values_list("action", flat=True)
    assert sorted(actions) == ["account.suspended", "account.suspension_announced"]


def test_nobody_is_suspended_the_day_before():
    member = unseen_for(76)
    night()

    night(NOON + timedelta(days=13))

    assert state(member) is None


def test_whoever_comes_back_is_not_suspended_and_is_told_again_next_time():
    member = unseen_for(80)
    night()
    member.user.last_login = NOON + timedelta(days=1)
    member.user.save()

    assert night(NOON + timedelta(days=14)) == 0

    assert state(member) is None
    assert SuspensionNotice.objects.get().closed_at is not None
    night(NOON + timedelta(days=1 + 76))
    assert SuspensionNotice.objects.filter(closed_at=None).count() == 1


def test_a_doctor_who_follows_a_patient_is_told_and_so_is_the_referent():
    doctor = unseen_for(200)
    referent = MemberFactory(site=doctor.site, is_referent=True, user__last_login=NOON)
    enrolment = EnrolmentFactory(site=doctor.site)
    AccreditationFactory(member=doctor, programme=enrolment.programme)

    night()

    assert state(doctor) is None
    told = OutgoingMail.objects.filter(to=referent.user.email)
    assert "suit des patients" in told.get().body


def test_without_patients_the_referent_is_not_troubled():
    doctor = unseen_for(200)
    referent = MemberFactory(site=doctor.site, is_referent=True, user__last_login=NOON)

    night()

    assert not OutgoingMail.objects.filter(to=referent.user.email).exists()


def test_a_program_a_closed_account_and_a_person_without_role_are_left_alone():
    unseen_for(300, role=Role.API_CLIENT)
    unseen_for(300, user__is_active=False)
    UserFactory(last_login=days_ago(300))
    unseen_for(300, ended_on=NOON.date())

    assert night() == 0


def test_whoever_never_signed_in_counts_from_their_last_role():
    old = MemberFactory(started_on=days_ago(76).date())
    MemberFactory(started_on=days_ago(75).date())

    assert night() == 1

    assert SuspensionNotice.objects.get().user == old.user


def test_a_new_role_is_activity():
    member = unseen_for(300)
    MemberFactory(user=member.user, role=Role.RELAY_DOCTOR, started_on=NOON.date())

    assert night() == 0


def test_a_role_given_since_they_were_told_is_activity_too():
    member = unseen_for(80)
    night()
    day = NOON + timedelta(days=3)
    MemberFactory(user=member.user, role=Role.RELAY_DOCTOR, started_on=day.date())

    assert night(NOON + timedelta(days=14)) == 0

    assert state(member) is None
    assert SuspensionNotice.objects.get().closed_at is not None


def test_before_any_rule_nobody_sleeps(rule):
    rule.delete()
    unseen_for(300)

    assert night() == 0


def test_one_failure_stops_nobody_else(caplog):
    first, second = unseen_for(300), unseen_for(300)
    with mock.patch.object(
        suspension, "announce", side_effect=[DatabaseError("full"), True]
    ) as announce:
        assert night() == 1
    assert announce.call_count == 2
    night()
    with mock.patch.object(suspension, "settle", side_effect=[DatabaseError("full"), True]):
        night(NOON + timedelta(days=14))
    assert {first.user.pk, second.user.pk} == set(
        SuspensionNotice.objects.values_list("user", flat=True)
    )
    assert "was not settled" in caplog.text
    assert "was not written" in caplog.text


def suspended():
    return MemberFactory(user__suspended_at=NOON)


def test_the_person_reopens_it_with_a_second_factor(client):
    member = suspended()
    code = one_time_code(member.user)
    open_session(client, member)

    assert client.get(reverse("accounts:choose")).url == reverse("rights:reopen")
    page = client.get(reverse("rights:reopen"))
    assert "Votre compte est suspendu" in page.content.decode()
    refused = client.post(reverse("rights:reopen"), {"secret": "000000"})
    assert refused.status_code == 200
    assert state(member) is not None
    client.post(reverse("rights:reopen"), {"secret": code})

    assert state(member) is None
    assert JournalLine.objects.get(action="account.reopened").user_id == member.user_id
    assert client.get(reverse("rights:reopen")).url == reverse("accounts:choose")


def test_reopened_twice_is_once():
    member = suspended()
    SuspensionNotice.objects.create(
        user=member.user, told_on=NOON.date(), suspends_on=NOON.date() + timedelta(days=1)
    )

    assert suspension.reopen(member.user, by=MemberFactory(), at=NOON)
    assert not suspension.reopen(member.user, by=MemberFactory(), at=NOON)

    assert SuspensionNotice.objects.get().closed_at == NOON
    assert OutgoingMail.objects.count() == 1


def test_an_account_closed_meanwhile_stays_closed_and_is_not_suspended():
    member = unseen_for(300)
    night()
    User.objects.filter(pk=member.user.pk).update(is_active=False)

    assert night(NOON + timedelta(days=14)) == 0

    assert state(member) is None


def test_two_workers_announce_a_suspension_once(rule):
    member = unseen_for(300)
    said = {"role_began_on": member.started_on, "rule": rule, "at": NOON}

    assert suspension.announce(member.user, **said)
    assert not suspension.announce(member.user, **said)

    assert OutgoingMail.objects.count() == SuspensionNotice.objects.count() == 1


def test_two_workers_settle_a_notice_once():
    member = unseen_for(300)
    night()
    notice = SuspensionNotice.objects.get()
    later = NOON + timedelta(days=14)

    assert suspension.settle(notice, at=later)
    assert not suspension.settle(notice, at=later)

    assert state(member) == later
