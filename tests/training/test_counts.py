"""Professionals trained, by where they practise: each counts once, with a proof that counts."""

import datetime

import pytest

from accounts.enums import Profession, Role, SiteKind
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training.counts import OFFICINE, PRIVATE, STRUCTURE, trained


DAY = datetime.date(2021, 11, 23)


@pytest.fixture
def train():
    doctors = CourseFactory()
    pharmacists = CourseFactory(
        programme=doctors.programme, profession=Profession.PHARMACIST, version="2021-03"
    )

    def trained_member(role, on=DAY, **fields):
        member = MemberFactory(role=role, **fields)
        course = pharmacists if role == Role.PHARMACIST else doctors
        CompletionFactory(user=member.user, course=course, completed_on=on, recorded_by=member)
        return member

    trained_member.programme = doctors.programme
    return trained_member


def substitute(member, until):
    """They replaced a doctor of a reference structure until that day."""
    replaced = MemberFactory(role=Role.REFERENCE_DOCTOR)
    return MemberFactory(
        user=member.user,
        site=replaced.site,
        role=replaced.role,
        replaces=replaced,
        started_on=until - datetime.timedelta(days=30),
        until=until,
    )


def test_each_counts_once_where_they_practise_first(train, django_assert_num_queries):
    train(Role.REFERENCE_DOCTOR)
    train(Role.PHARMACIST, site=SiteFactory(hospital_pharmacy=True))
    train(Role.RELAY_DOCTOR)
    train(Role.PHARMACIST)
    both = train(Role.RELAY_DOCTOR)
    MemberFactory(user=both.user, role=Role.REFERENCE_DOCTOR)
    # A substitute counts where they practise, and where they replace while they do.
    substitute(train(Role.RELAY_DOCTOR), until=DAY - datetime.timedelta(days=1))
    away = substitute(train(Role.RELAY_DOCTOR), until=DAY)
    # Not trained yet, gone, at the agency, of another programme.
    train(Role.RELAY_DOCTOR, on=DAY + datetime.timedelta(days=1))
    train(Role.RELAY_DOCTOR, ended_on=DAY)
    train(Role.MANAGER)
    CompletionFactory(completed_on=DAY)

    with django_assert_num_queries(1):
        found = trained(train.programme, DAY)

    assert found == {STRUCTURE: 4, PRIVATE: 2, OFFICINE: 1}
    assert away.site.kind == SiteKind.REFERENCE_CENTRE
