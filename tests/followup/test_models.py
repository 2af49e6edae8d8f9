from datetime import date

import pytest

from accounts.enums import Role
from followup.models import Visit
from patients.enums import EndReason, EnrolmentState
from patients.models import Consent
from programmes.enums import ParticipationBasis
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory


@pytest.mark.parametrize(
    ("role", "link", "sees", "holds"),
    [
        (Role.REFERENCE_DOCTOR, "same site", True, {"COMPLEX", "SIMPLE"}),
        (Role.REFERENCE_DOCTOR, "none", False, set()),
        (Role.REFERENCE_DOCTOR, "same site, another programme", False, set()),
        (Role.RELAY_DOCTOR, "designated", True, {"SIMPLE"}),
        (Role.RELAY_DOCTOR, "same site", False, set()),
        (Role.PHARMACIST, "same site", False, set()),
        (Role.VIGILANCE_OFFICER, "same site", False, set()),
        (Role.ANALYST, "same site", False, set()),
        (Role.MANAGER, "same site", False, set()),
    ],
)
def test_who_sees_and_holds_a_visit(role, link, sees, holds):
    enrolment = EnrolmentFactory()
    at = {"site": enrolment.site} if "same site" in link else {}
    programme = None if "another programme" in link else enrolment.programme
    member = MemberFactory(role=role, programme=programme, **at)
    if link == "designated":
        enrolment.relay_doctor = member
        enrolment.save()
    visits = [VisitFactory(enrolment=enrolment), VisitFactory(enrolment=enrolment, simple=True)]
    # The member has a patient of their own: an empty list would prove nothing.
    own = EnrolmentFactory(relay_doctor=member if role == Role.RELAY_DOCTOR else None)
    VisitFactory(enrolment=own)

    seen = set(Visit.objects.visible_to(member).filter(enrolment=enrolment))
    held = set(Visit.objects.holdable_by(member).filter(enrolment=enrolment))

    assert seen == (set(visits) if sees else set())
    assert {visit.kind for visit in held} == holds


@pytest.mark.parametrize(
    ("kind", "holders", "role", "holds"),
    [
        ("COMPLEX", ["REFERENCE_DOCTOR", "RELAY_DOCTOR"], Role.RELAY_DOCTOR, True),
        ("SIMPLE", ["REFERENCE_DOCTOR"], Role.RELAY_DOCTOR, False),
        ("SIMPLE", ["REFERENCE_DOCTOR"], Role.REFERENCE_DOCTOR, True),
        ("COMPLEX", ["REFERENCE_DOCTOR", "RELAY_DOCTOR"], Role.PREPARER, False),
    ],
)
def test_the_definition_says_who_holds_a_visit_of_the_calendar(kind, holders, role, holds):
    enrolment = EnrolmentFactory()
    member = MemberFactory(role=role, programme=enrolment.programme, site=enrolment.site)
    enrolment.relay_doctor = member
    enrolment.save()
    planned = VisitFactory(enrolment=enrolment, kind=kind, definition__holders=holders)

    assert Visit.objects.holdable_by(member).contains(planned) == holds
    assert Visit.objects.open_to(role).contains(planned) == holds
    assert (role in planned.holders) == holds
    assert Visit.objects.entered_by(role).contains(planned) == (holds or role == Role.PREPARER)


@pytest.mark.parametrize(
    ("today", "due", "overdue"),
    [
        pytest.param(date(2026, 3, 25), False, False, id="before the window"),
        pytest.param(date(2026, 3, 26), True, False, id="it opens"),
        pytest.param(date(2026, 4, 9), True, False, id="last day"),
        pytest.param(date(2026, 4, 10), False, True, id="closed"),
    ],
)
def test_due_and_overdue(today, due, overdue):
    visit = VisitFactory()

    assert Visit.objects.due(today).contains(visit) == due
    assert Visit.objects.overdue(today).contains(visit) == overdue


def test_only_the_latest_expected_visit_is_in_the_worklist():
    m1 = VisitFactory()
    m3 = VisitFactory(enrolment=m1.enrolment, code="M3", due_on=date(2026, 6, 2))
    stranger = VisitFactory(due_on=date(2026, 4, 2))

    before = set(Visit.objects.expected(date(2026, 5, 25)))
    after = set(Visit.objects.expected(date(2026, 5, 26)))

    assert before == {m1, stranger}
    assert after == {m3, stranger}


def test_a_later_visit_that_was_held_settles_the_earlier_one():
    m1 = VisitFactory()
    VisitFactory(enrolment=m1.enrolment, code="M3", due_on=date(2026, 6, 2), done=True)

    assert not Visit.objects.expected(date(2026, 5, 1)).exists()


@pytest.mark.parametrize("state", [EnrolmentState.ENDED, EnrolmentState.CANCELLED])
def test_nothing_is_expected_of_who_left(state):
    ended = {"ended_on": date(2026, 3, 20), "end_reason": EndReason.OTHER}
    enrolment = EnrolmentFactory(state=state, **ended if state == EnrolmentState.ENDED else {})
    VisitFactory(enrolment=enrolment)

    assert not Visit.objects.expected(date(2026, 4, 2)).exists()


@pytest.mark.parametrize(
    ("withdrawn_on", "consents"),
    [
        pytest.param(None, True, id="standing"),
        pytest.param(date(2026, 4, 3), True, id="withdrawn tomorrow"),
        pytest.param(date(2026, 4, 2), False, id="withdrawn today"),
    ],
)
def test_consenting(withdrawn_on, consents):
    visit = VisitFactory()
    Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=withdrawn_on)

    assert Visit.objects.consenting(date(2026, 4, 2)).contains(visit) == consents


def test_a_programme_without_consent_is_not_left_out():
    basis = ParticipationBasis.INFORMATION
    enrolment = EnrolmentFactory(consent=False, indication__programme__participation_basis=basis)
    visit = VisitFactory(enrolment=enrolment)

    assert Visit.objects.consenting(date(2026, 4, 2)).contains(visit)


def test_a_visit_has_a_title():
    assert (VisitFactory.build(enrolment=None, definition=None).title) == "Consultation M1"
    assert VisitFactory.build(enrolment=None, simple=True).title == "Consultation simple"
    assert VisitFactory.build(enrolment=None, simple=True).label == "Simple"
