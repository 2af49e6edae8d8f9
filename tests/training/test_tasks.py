"""A proof that ends is told of once; nothing is due while no course sets an end."""

import datetime

import pytest
from django.utils import timezone

from core.models import OutgoingMail
from tests.training.factories import CompletionFactory, CourseFactory
from training import actions, tasks
from training.enums import ProofKind
from training.models import Completion


@pytest.fixture
def course():
    return CourseFactory(
        version="2023-03",
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        proof_lasts_months=12,
    )


def ends_in(course, days, **fields):
    """A proof whose last day is in so many days."""
    on = timezone.localdate() + datetime.timedelta(days=days)
    twelve_months_before = on.replace(year=on.year - 1, day=min(on.day, 28))
    shift = (on - on.replace(day=min(on.day, 28))).days
    day = twelve_months_before + datetime.timedelta(days=shift)
    return CompletionFactory(course=course, completed_on=day, **fields)


def test_each_proof_about_to_end_is_told_of_once(course):
    due = ends_in(course, tasks.DAYS_BEFORE - 2)
    ends_in(course, tasks.DAYS_BEFORE + 5)
    ends_in(course, -2)
    ends_in(course, 20, user__is_active=False)
    CompletionFactory(course=CourseFactory())

    assert tasks.remind_expiry() == 1
    assert tasks.remind_expiry() == 0

    mail = OutgoingMail.objects.get()
    assert mail.to == due.user.email
    assert "arrive à échéance" in mail.subject
    assert due.user.last_name not in mail.body
    due.refresh_from_db()
    assert due.reminded_at is not None


def test_whoever_has_a_proof_that_lasts_is_told_nothing(course):
    ending = ends_in(course, 20)
    CompletionFactory(user=ending.user, course=CourseFactory(programme=course.programme))

    assert tasks.remind_expiry() == 0
    assert not OutgoingMail.objects.exists()
    assert Completion.objects.get(pk=ending.pk).reminded_at is not None


def test_a_mail_that_fails_stops_no_other(course, monkeypatch):
    ends_in(course, 10)
    ends_in(course, 20)
    real, failures = actions.remind, iter([OSError])

    def once_broken(pk, *, at):
        for failure in failures:
            raise failure
        return real(pk, at=at)

    monkeypatch.setattr(actions, "remind", once_broken)

    assert tasks.remind_expiry() == 1
    monkeypatch.setattr(actions, "remind", real)
    assert tasks.remind_expiry() == 1


def test_a_proof_that_another_worker_has_is_left():
    done = CompletionFactory(reminded_at=timezone.now())

    assert actions.remind(done.pk, at=timezone.now()) is False
