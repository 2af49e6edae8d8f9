"""The narrower worklists: who is in each, and who is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from core import drafts
from patients.enums import EndReason, EnrolmentState
from pharmacies.models import SupplyEnd
from record import worklist
from record.worklist import Filters
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import (
    ReminderFactory,
    SearchFactory,
    VisitFactory,
)
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory, UndoneFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import AccreditationFactory


TODAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def patient(**fields):
    return EnrolmentFactory(patient=PatientFactory(person=PersonFactory()), **fields)


def beside(enrolment, **fields):
    """Another patient of the same doctor."""
    return patient(
        included_by=enrolment.included_by,
        site=enrolment.site,
        indication=enrolment.indication,
        **fields,
    )


def kept(member, todo, today=TODAY):
    rows = worklist.waiting(member, today)
    return set(worklist.filtered(rows, Filters(todo=todo), member, today))


# --- Without news -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included_on", "held_on", "silent"),
    [
        pytest.param(date(2026, 4, 2), None, True, id="included 90 days ago, never seen"),
        pytest.param(date(2026, 4, 3), None, False, id="included 89 days ago"),
        pytest.param(date(2026, 1, 5), date(2026, 4, 2), True, id="seen 90 days ago"),
        pytest.param(date(2026, 1, 5), date(2026, 4, 3), False, id="seen 89 days ago"),
    ],
)
def test_a_patient_without_news_for_ninety_days(included_on, held_on, silent):
    enrolment = patient(included_on=included_on)
    if held_on:
        VisitFactory(enrolment=enrolment, done=True, due_on=held_on)

    assert kept(enrolment.included_by, "silent") == ({enrolment} if silent else set())
    assert worklist.counts(enrolment.included_by, TODAY).silent == silent


@pytest.mark.parametrize(
    ("undone", "days", "silent"), [(False, 89, False), (False, 90, True), (True, 89, True)]
)
def test_a_dispensation_is_news_unless_it_was_undone(undone, days, silent):
    enrolment = patient(included_on=date(2026, 1, 5))
    prescription = PrescriptionFactory(signed=True, enrolment=enrolment)
    received = ReceivedFactory(prescription=prescription)
    given = DispensationFactory(received=received, items=True)
    if undone:
        UndoneFactory(dispensation=given)

    found = kept(enrolment.included_by, "silent", given.dispensed_on + timedelta(days=days))

    assert found == ({enrolment} if silent else set())


def test_who_left_is_not_asked_for_news():
    enrolment = patient(
        state=EnrolmentState.ENDED, ended_on=date(2026, 3, 20), end_reason=EndReason.OTHER
    )

    assert kept(enrolment.included_by, "silent") == set()


def test_the_list_says_when_they_were_last_seen():
    enrolment = patient()
    VisitFactory(enrolment=enrolment, done=True, due_on=date(2026, 3, 20))
    member = enrolment.included_by
    rows = worklist.filtered(worklist.waiting(member, TODAY), Filters(todo="silent"), member, TODAY)

    page = worklist.page(rows, QueryDict(), TODAY)

    assert page.rows[0].news == "Vu pour la dernière fois le 20/03/2026"
    everyone = worklist.page(worklist.waiting(member, TODAY), QueryDict(), TODAY)
    assert everyone.rows[0].news == ""


# --- The others -------------------------------------------------------------------------------


def test_searches_under_way_only():
    mine = patient()
    SearchFactory(enrolment=mine)
    other = beside(mine)
    SearchFactory(enrolment=other, closed_at=AT, closed_by=mine.included_by, outcome="FOUND")
    SearchFactory()

    assert kept(mine.included_by, "searched") == {mine}


@pytest.mark.parametrize(
    ("ends_on", "told"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 7, 8), True),
        (date(2026, 7, 9), False),
    ],
)
def test_gaps_that_are_announced(ends_on, told):
    enrolment = patient()
    SupplyEnd.objects.create(enrolment=enrolment, ends_on=ends_on)
    SupplyEnd.objects.create(enrolment=patient(), ends_on=TODAY)

    assert kept(enrolment.included_by, "gap") == ({enrolment} if told else set())


@pytest.mark.parametrize(
    ("moment", "state", "due_on", "told"),
    [
        ("BEFORE", "GIVEN_UP", date(2026, 7, 1), True),
        ("BEFORE", "UNSURE", date(2026, 7, 2), True),
        ("BEFORE", "UNSURE", date(2026, 6, 30), False),
        ("BEFORE", "DROPPED", date(2026, 7, 2), False),
        ("BEFORE", "SENT", date(2026, 7, 2), False),
        ("AFTER", "UNSURE", date(2026, 6, 30), True),
        ("AFTER", "GIVEN_UP", date(2026, 6, 3), True),
        ("AFTER", "GIVEN_UP", date(2026, 6, 2), False),
        ("AFTER", "SENT", date(2026, 6, 30), False),
    ],
)
def test_patients_whose_reminder_failed(moment, state, due_on, told):
    enrolment = patient()
    visit = VisitFactory(enrolment=enrolment, simple=True, due_on=due_on)
    ReminderFactory(visit=visit, moment=moment, state=state, settled_at=AT)
    ReminderFactory(state="UNSURE", due_on=date(2026, 7, 2), settled_at=AT)

    assert kept(enrolment.included_by, "untold") == ({enrolment} if told else set())


def test_patients_without_pharmacy():
    without = patient()
    beside(without, pharmacy=SiteFactory(pharmacy=True))
    beside(
        without,
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 3, 20),
        end_reason=EndReason.OTHER,
    )

    assert kept(without.included_by, "pharmacy") == {without}


def test_what_one_began_to_type():
    visited = VisitFactory(enrolment=patient())
    by_visit, member = visited.enrolment, visited.enrolment.included_by
    by_record, by_prescription, closed, others = (beside(by_visit) for _ in range(4))
    colleague = MemberFactory(site=member.site)
    PrescriptionFactory(enrolment=by_prescription)
    drafts.save(member.user_id, visited.draft_key, {"comment": "a"}, 0, at=AT)
    drafts.save(member.user_id, f"visit_new:{by_record.public_id}", {"comment": "a"}, 0, at=AT)
    drafts.save(member.user_id, f"visit_new:{closed.public_id}", {"comment": "a"}, 0, at=AT)
    drafts.remove(member.user_id, f"visit_new:{closed.public_id}", at=AT)
    drafts.save(colleague.user_id, f"visit_new:{others.public_id}", {"comment": "a"}, 0, at=AT)

    assert kept(member, "drafts") == {by_visit, by_record, by_prescription}


def test_an_indication_narrows_any_list():
    mine = patient()
    beside(mine)
    other = patient(included_by=mine.included_by, site=mine.site)
    AccreditationFactory(member=mine.included_by, programme=other.programme)
    rows = worklist.waiting(mine.included_by, TODAY)
    asked = Filters(indication=mine.indication.label)

    found = worklist.filtered(rows, asked, mine.included_by, TODAY)

    expected = {one for one in rows if one.indication.label == mine.indication.label}
    assert set(found) == expected
    assert mine in expected


@pytest.mark.parametrize(("todo", "listed"), [("renewal", True), ("late", False), ("soon", False)])
def test_the_first_lists(todo, listed):
    enrolment = patient()

    assert kept(enrolment.included_by, todo) == ({enrolment} if listed else set())


def test_who_left_waits_for_nothing():
    enrolment = patient(
        state=EnrolmentState.ENDED, ended_on=date(2026, 3, 20), end_reason=EndReason.OTHER
    )
    found = worklist.waiting(enrolment.included_by, TODAY).get()

    row = worklist.Row(found, None, TODAY)

    assert (row.renewal, row.visit, row.badge) == (None, None, "")


# Wednesday 1 July 2026: the week ends on Sunday 5.
@pytest.mark.parametrize(
    ("due_on", "days", "listed"),
    [
        pytest.param(date(2026, 7, 5), 0, True, id="planned for Sunday"),
        pytest.param(date(2026, 7, 6), 0, False, id="planned for Monday"),
        pytest.param(date(2026, 7, 1), 0, True, id="today is its last day"),
        pytest.param(date(2026, 6, 30), 0, False, id="late since yesterday"),
        pytest.param(date(2026, 7, 8), 7, True, id="its window opens today"),
    ],
)
def test_visits_of_the_week(due_on, days, listed):
    window = timedelta(days=days)
    visit = VisitFactory(
        enrolment=patient(), due_on=due_on, opens_on=due_on - window, closes_on=due_on + window
    )

    expected = {visit.enrolment} if listed else set()
    assert kept(visit.enrolment.included_by, "week") == expected


@pytest.mark.parametrize(
    "todo", ["gap", "silent", "searched", "untold", "pharmacy", "drafts", "week", "unheard-of"]
)
def test_each_list_opens_and_costs_the_same(sign_in, todo, django_assert_max_num_queries):
    first = patient()
    for _ in range(5):
        beside(first)
    client = sign_in(first.included_by)

    # session, user, otp, member, indications, counts, page, identities, training 2, to sign,
    # saved lists, programmes of the supply, drafts
    with django_assert_max_num_queries(14):
        response = client.get(f"{reverse('record:patients')}?a_faire={todo}")

    assert response.status_code == 200
