import datetime

import pytest

from accounts.enums import Role
from patients.models import Consent, Enrolment
from tests.accounts.factories import MemberFactory
from tests.patients.factories import (
    ConsentFactory,
    EligibilityAnswerFactory,
    EnrolmentFactory,
    PriorTreatmentFactory,
)
from tests.programmes.factories import ProgrammeFactory


@pytest.mark.parametrize(
    ("role", "link", "sees"),
    [
        (Role.REFERENCE_DOCTOR, "same site", True),
        (Role.REFERENCE_DOCTOR, "same site, other programme", False),
        (Role.REFERENCE_DOCTOR, "none", False),
        (Role.RELAY_DOCTOR, "designated", True),
        (Role.RELAY_DOCTOR, "designated, other programme", False),
        (Role.RELAY_DOCTOR, "same site", False),
        (Role.PHARMACIST, "same site", False),
        (Role.ANALYST, "same site", False),
        (Role.VIGILANCE_OFFICER, "same site", False),
        (Role.MANAGER, "same site", False),
        (Role.API_CLIENT, "same site", False),
    ],
)
def test_who_sees_a_participation(role, link, sees):
    enrolment = EnrolmentFactory()
    elsewhere = ProgrammeFactory() if "other" in link else enrolment.programme
    site = {"site": enrolment.site} if "same site" in link else {}
    member = MemberFactory(role=role, programme=elsewhere, **site)
    if "designated" in link:
        Enrolment.objects.filter(pk=enrolment.pk).update(relay_doctor=member)
    # The member has a patient of their own: an empty list would prove nothing.
    own = EnrolmentFactory(site=member.site, relay_doctor=member)
    MemberFactory(programme=own.programme)

    assert (enrolment in Enrolment.objects.visible_to(member)) == sees


def test_who_is_accredited_no_more_sees_nothing():
    enrolment = EnrolmentFactory()
    member = enrolment.included_by
    member.accreditations.update(ended_on=datetime.date(2026, 3, 3))

    assert not Enrolment.objects.visible_to(member).exists()


@pytest.mark.parametrize(
    ("started", "ended", "sees"),
    [(0, None, True), (1, None, False), (-9, 1, True), (-9, 0, False)],
)
def test_an_accreditation_counts_on_its_days_alone(started, ended, sees):
    enrolment = EnrolmentFactory()
    day = enrolment.included_by.site.local_day(datetime.datetime.now(datetime.UTC))
    enrolment.included_by.accreditations.update(
        started_on=day + datetime.timedelta(days=started),
        ended_on=None if ended is None else day + datetime.timedelta(days=ended),
    )

    assert Enrolment.objects.visible_to(enrolment.included_by).exists() == sees


@pytest.mark.parametrize(
    ("situation", "live"),
    [({}, True), ({"weaning": True}, True), ({"ended": True}, False)],
)
def test_who_is_followed(situation, live):
    enrolment = EnrolmentFactory(**situation)

    assert Enrolment.objects.live().exists() == live
    assert enrolment.is_live == live


@pytest.mark.parametrize(
    ("on", "known"),
    [
        (datetime.date(2026, 3, 1), False),
        (datetime.date(2026, 3, 2), True),
        pytest.param(datetime.date(2026, 4, 2), True, id="after the exit"),
    ],
)
def test_a_participation_is_known_from_the_inclusion_on(on, known):
    EnrolmentFactory(ended=True)

    assert Enrolment.objects.known_on(on).exists() == known


def test_a_cancelled_participation_never_counted():
    EnrolmentFactory(state="CANCELLED")

    assert not Enrolment.objects.known_on(datetime.date(2026, 4, 1)).exists()


@pytest.mark.parametrize(
    ("on", "stands"),
    [
        (datetime.date(2026, 3, 1), False),
        (datetime.date(2026, 3, 2), True),
        (datetime.date(2026, 4, 1), True),
        (datetime.date(2026, 4, 2), False),
    ],
)
def test_a_consent_stands_until_the_day_it_is_withdrawn(on, stands):
    ConsentFactory(withdrawn_on=datetime.date(2026, 4, 2))

    assert Consent.objects.standing(on).exists() == stands


def test_a_refused_consent_never_stands():
    ConsentFactory(kind="NIR", is_given=False)

    assert not Consent.objects.standing(datetime.date(2026, 4, 1)).exists()


def test_rows_are_named_without_any_name():
    enrolment = EnrolmentFactory(patient__person=True)
    patient = enrolment.patient
    rows = [
        patient,
        patient.identity,
        patient.index,
        enrolment,
        enrolment.consents.get(),
        EligibilityAnswerFactory(enrolment=enrolment),
        PriorTreatmentFactory(enrolment=enrolment),
    ]

    words = " ".join(str(row) for row in rows)

    assert enrolment.number in words
    assert "Dupont" not in words
    assert len({str(row) for row in rows}) == len(rows)
