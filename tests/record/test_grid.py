"""Patients × visits: what each cell says, what is left to type, who is there, what it costs."""

import datetime

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from followup.enums import VisitStatus
from programmes.enums import VisitKind
from record import grid, worklist
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


TODAY = datetime.date(2026, 6, 3)


def patient(**fields):
    return EnrolmentFactory(patient=PatientFactory(person=PersonFactory()), **fields)


def followed(**fields):
    """M1 held, M3 due today, M6 to come."""
    enrolment = patient(**fields)
    VisitFactory(enrolment=enrolment, done=True, entry_seconds=120)
    VisitFactory(enrolment=enrolment, code="M3", due_on=TODAY)
    VisitFactory(enrolment=enrolment, code="M6", due_on=datetime.date(2026, 9, 2))
    return enrolment


def grid_of(member, role=None):
    rows = worklist.waiting(member, TODAY)
    return grid.page(rows, QueryDict(), role=role or member.role, today=TODAY)


def test_each_visit_of_the_programme_has_its_column():
    found = grid_of(followed().included_by)

    assert found.columns == ["M1", "M3", "M6"]
    assert [cell.state for cell in found.rows[0].cells] == ["done", "due", "future"]


def test_a_patient_without_a_visit_of_that_name_has_an_empty_cell():
    enrolment = followed()
    same = {"included_by": enrolment.included_by, "site": enrolment.site}
    VisitFactory(enrolment=patient(indication=enrolment.indication, **same), due_on=TODAY)

    lines = {line.enrolment.pk: line for line in grid_of(enrolment.included_by).rows}

    assert lines.pop(enrolment.pk).cells[2] is not None
    assert [line.cells[1:] for line in lines.values()] == [[None, None]]


@pytest.mark.parametrize(
    ("role", "left"),
    [
        (Role.REFERENCE_DOCTOR, "1 consultation à saisir, environ 2\u00a0min"),
        (Role.RELAY_DOCTOR, ""),
    ],
)
def test_what_is_left_is_what_one_may_hold(role, left):
    found = grid_of(followed().included_by, role)

    assert found.rows[0].left == left
    assert found.left == (left or "Rien à saisir")


def test_several_visits_add_up():
    enrolment = followed()
    VisitFactory(enrolment=enrolment, simple=True, due_on=TODAY)
    VisitFactory(
        enrolment=enrolment, kind=VisitKind.SIMPLE, definition=None, code="", entry_seconds=30,
        status=VisitStatus.DONE, held_on=TODAY, held_by=enrolment.included_by, decision="CONTINUE",
        recorded_at=timezone.now(), timing="UNSCHEDULED", due_on=TODAY,
    )  # fmt: skip

    left = grid_of(enrolment.included_by).rows[0].left

    assert left == "2 consultations à saisir, environ 3\u00a0min"


def test_a_time_that_nobody_measured_is_not_told():
    enrolment = patient()
    VisitFactory(enrolment=enrolment, due_on=TODAY)

    assert grid_of(enrolment.included_by).rows[0].left == "1 consultation à saisir"


def test_the_page_shows_ones_own_patients_only(sign_in):
    mine, other = followed(), followed()

    response = sign_in(mine.included_by).get(reverse("record:grid"))

    assertContains(response, mine.number)
    assertNotContains(response, other.number)
    held, *_ = mine.visits.order_by("due_on")
    assertContains(response, reverse("followup:visit", args=[held.public_id]))


def test_filters_go_from_the_list_to_the_grid_and_back(sign_in):
    client = sign_in(followed().included_by)

    response = client.get(reverse("record:grid"), {"patients": "sortis"})

    assertContains(response, "Aucun patient ne correspond à ces filtres.")
    assertContains(response, f"{reverse('record:patients')}?patients=sortis")


def test_an_empty_part_of_an_address_filters_nothing(sign_in):
    enrolment = followed()

    response = sign_in(enrolment.included_by).get(reverse("record:grid"), {"indication": ""})

    assertContains(response, enrolment.number)
    assertNotContains(response, "obligatoire")


# session, user, device, member, indications, page, identities, keys, visits, times, saved lists
@pytest.mark.parametrize("count", [1, 8])
def test_the_grid_costs_the_same_whatever_its_length(sign_in, django_assert_max_num_queries, count):
    first = followed()
    same = {"indication": first.indication, "site": first.site, "included_by": first.included_by}
    for _ in range(count - 1):
        followed(**same)
    client = sign_in(first.included_by)

    with django_assert_max_num_queries(11):
        response = client.get(reverse("record:grid"))

    assertContains(response, "DUPONT Jeanne", count=count)


def test_a_pharmacist_has_no_grid(sign_in):
    response = sign_in(MemberFactory(role=Role.PHARMACIST)).get(reverse("record:grid"))

    assert response.status_code == 403
