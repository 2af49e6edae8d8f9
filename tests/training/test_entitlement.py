"""A proof that ends is good until the end of its last day, where the person works."""

import datetime

import pytest

from accounts.enums import Role
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training.entitlement import is_entitled
from training.enums import ProofKind
from training.models import Completion


LAST_DAY = datetime.date(2026, 3, 31)


@pytest.fixture
def proof():
    """Of 31 March 2025, for twelve months."""
    course = CourseFactory(
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        proof_lasts_months=12,
    )
    return CompletionFactory(course=course, completed_on=datetime.date(2025, 3, 31))


# Instants of UTC. Réunion is four hours ahead, Guadeloupe four behind, Paris two ahead.
@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("Indian/Reunion", (31, 19, 59), True),
        ("Indian/Reunion", (31, 20, 0), False),
        ("Europe/Paris", (31, 21, 59), True),
        ("Europe/Paris", (31, 22, 0), False),
        ("America/Guadeloupe", (32, 3, 59), True),
        ("America/Guadeloupe", (32, 4, 0), False),
    ],
)
def test_the_last_day_ends_at_midnight_there(proof, zone, instant, expected):
    day, hour, minute = instant
    at = datetime.datetime(2026, 3, 1, hour, minute, tzinfo=datetime.UTC)
    at += datetime.timedelta(days=day - 1)
    member = MemberFactory(user=proof.user, site=SiteFactory(time_zone=zone))

    today = member.site.local_day(at)

    assert is_entitled(member.user, proof.course.programme, today) is expected


@pytest.mark.parametrize(
    "completed_on",
    [
        datetime.date(2023, 3, 26),
        datetime.date(2023, 3, 27),
        datetime.date(2025, 1, 31),
        datetime.date(2025, 3, 30),
        datetime.date(2025, 3, 31),
        datetime.date(2026, 3, 31),
        datetime.date(2026, 4, 1),
    ],
)
@pytest.mark.parametrize("lasts", [None, 1, 12])
@pytest.mark.parametrize("kind", ProofKind.values)
@pytest.mark.parametrize("valid_to", [None, datetime.date(2025, 3, 31)])
def test_the_database_counts_as_the_rule(completed_on, lasts, kind, valid_to):
    """`good_on` is `rules.counts` said in SQL."""
    from training import rules

    course = CourseFactory(
        proof_kind=kind,
        valid_from=datetime.date(2021, 3, 1),
        valid_to=valid_to,
        proof_lasts_months=lasts,
    )
    done = CompletionFactory(course=course, completed_on=completed_on)

    for on in (LAST_DAY, LAST_DAY + datetime.timedelta(days=1), datetime.date(2025, 2, 28)):
        told = Completion.objects.good_on(on).filter(pk=done.pk).exists()
        assert told is rules.counts(done.proof, on), on


def test_nobody_sees_the_proofs_of_another(proof):
    stranger = CompletionFactory(recorded_by__role=Role.REFERENCE_DOCTOR)
    member = MemberFactory(user=proof.user)

    assert list(Completion.objects.visible_to(member)) == [proof]
    assert stranger not in Completion.objects.visible_to(member)
