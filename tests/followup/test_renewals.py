"""Simple visits from the end of the running prescription: planned, moved, closed, caught up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.db import DatabaseError

from core.models import JournalLine
from followup import actions, rules, tasks
from followup.enums import DateSource, NotDoneReason, Standing, VisitStatus
from followup.models import Visit
from patients import actions as acts_before
from patients.enums import EndReason, EnrolmentState
from patients.models import Enrolment
from prescriptions import actions as prescribing
from prescriptions.enums import VoidReason
from tests.followup.factories import VisitFactory
from tests.followup.test_actions import HELD, ONCE
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory
from tests.prescriptions.signing import sign


# What the factory of prescriptions covers: 2 to 29 March 2026.
END = date(2026, 3, 29)
RENEWAL = (date(2026, 3, 29), date(2026, 3, 22), date(2026, 3, 29), "SIMPLE", "RENEWAL")


def planned(enrolment):
    rows = Visit.objects.filter(enrolment=enrolment, status=VisitStatus.PLANNED).order_by("due_on")
    return list(rows.values_list("due_on", "opens_on", "closes_on", "kind", "date_source"))


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "due", "planned_on"),
    [
        pytest.param(date(2026, 3, 2), [], END, id="nothing else is planned: on the last day"),
        pytest.param(END, [], END, id="the last day itself"),
        pytest.param(date(2026, 3, 30), [], None, id="it is over"),
        pytest.param(date(2026, 3, 2), [END], None, id="a visit on the last day renews"),
        pytest.param(date(2026, 3, 2), [date(2026, 3, 2)], None, id="a visit today renews"),
        pytest.param(date(2026, 3, 2), [date(2026, 3, 1)], END, id="a visit that is late does not"),
        pytest.param(date(2026, 3, 2), [date(2026, 3, 30)], END, id="one after the end does not"),
    ],
)
def test_when_a_renewal_is_planned(today, due, planned_on):
    assert rules.renewal_visit(END, due, today=today) == planned_on


def test_a_signature_plans_the_renewal_a_week_before_the_end():
    signed = sign(PrescriptionFactory())

    assert planned(signed.enrolment) == [RENEWAL]
    visit = Visit.objects.get()
    assert visit.events.get().pgh_context["action"] == "visits.renewal"


def test_a_narcotic_beside_a_year_of_oil_plans_its_own_renewal():
    year = PrescriptionFactory(signed=True, ordinary=True, duration_days=360)
    sign(PrescriptionFactory(enrolment=year.enrolment, author=year.author))

    assert planned(year.enrolment) == [RENEWAL]


@pytest.mark.parametrize("beyond", ["before M30", "after M30"])
def test_renewals_go_on_whether_or_not_the_calendar_does(beyond):
    enrolment = EnrolmentFactory()
    if beyond == "before M30":
        VisitFactory(enrolment=enrolment, code="M30", due_on=date(2028, 9, 2))

    sign(PrescriptionFactory(enrolment=enrolment))

    assert planned(enrolment)[0] == RENEWAL


def test_a_visit_of_the_calendar_before_the_end_renews_as_well():
    enrolment = EnrolmentFactory()
    VisitFactory(enrolment=enrolment, due_on=date(2026, 3, 20))

    sign(PrescriptionFactory(enrolment=enrolment))

    assert [source for *_, source in planned(enrolment)] == ["DEFINITION"]


def test_holding_the_visit_that_was_awaited_plans_the_renewal_of_what_still_runs():
    prescription = PrescriptionFactory(signed=True)
    visit = VisitFactory(enrolment=prescription.enrolment, due_on=date(2026, 3, 16))
    said = replace(HELD, held_on=date(2026, 3, 16))

    actions.hold(visit, said, once_only=ONCE, by=prescription.author, at=noon(said.held_on))

    assert planned(visit.enrolment) == [RENEWAL]


@pytest.mark.parametrize(
    ("next_on", "sources"),
    [
        pytest.param(date(2026, 3, 29), ["NEXT_DATE"], id="by the end: the date given prevails"),
        pytest.param(date(2026, 3, 30), ["RENEWAL", "NEXT_DATE"], id="after it: a gap is met"),
    ],
)
def test_a_date_given_replaces_the_renewal_unless_it_comes_too_late(next_on, sources):
    prescription = sign(PrescriptionFactory())
    said = replace(HELD, held_on=date(2026, 3, 16), next_on=next_on)

    actions.hold_unscheduled(
        prescription.enrolment, said, once_only=ONCE, by=prescription.author, at=noon(said.held_on)
    )

    assert [source for *_, source in planned(prescription.enrolment)] == sources
    first = Visit.objects.filter(date_source=DateSource.RENEWAL).order_by("pk").first()
    assert first.status == VisitStatus.CLOSED


def test_a_new_prescription_moves_the_renewal_to_come():
    enrolment = sign(PrescriptionFactory()).enrolment
    PrescriptionFactory(
        enrolment=enrolment, signed=True, is_initiation=False, starts_on=END + timedelta(days=1)
    )

    actions.plan_missing_renewal(enrolment.pk, at=WRITTEN_AT)

    assert [on for on, *_ in planned(enrolment)] == [date(2026, 4, 26)]
    assert Visit.objects.count() == 1


def test_the_visit_of_the_day_stays_when_its_prescription_is_signed_first():
    enrolment = sign(PrescriptionFactory()).enrolment
    after = PrescriptionFactory(
        enrolment=enrolment, signed=True, is_initiation=False, starts_on=END + timedelta(days=1)
    )

    assert not actions.plan_missing_renewal(enrolment.pk, at=noon(date(2026, 3, 27)))
    assert planned(enrolment) == [RENEWAL]
    visit = Visit.objects.get()
    said = replace(HELD, held_on=date(2026, 3, 27))
    actions.hold(visit, said, once_only=ONCE, by=after.author, at=noon(said.held_on))

    assert [on for on, *_ in planned(enrolment)] == [date(2026, 4, 26)]


def test_a_voided_prescription_takes_its_renewal_away():
    prescription = sign(PrescriptionFactory())

    prescribing.void(
        prescription, reason=VoidReason.TYPING_ERROR, by=prescription.author, at=WRITTEN_AT
    )

    assert planned(prescription.enrolment) == []
    assert Visit.objects.get().status == VisitStatus.CLOSED


def test_a_patient_being_weaned_has_no_renewal():
    prescription = PrescriptionFactory(signed=True)
    Enrolment.objects.filter(pk=prescription.enrolment_id).update(
        state=EnrolmentState.WEANING, ended_on=date(2026, 3, 3), end_reason=EndReason.OTHER
    )

    assert not actions.plan_missing_renewal(prescription.enrolment_id, at=WRITTEN_AT)
    assert not Visit.objects.exists()


def test_an_exit_undone_plans_the_renewal_again():
    prescription = sign(PrescriptionFactory())
    enrolment, doctor = prescription.enrolment, prescription.author
    at = noon(date(2026, 3, 5))
    gone = acts_before.end(
        enrolment, reason=EndReason.OTHER, on=at.date(), weaning=False, by=doctor, at=at
    )
    assert planned(enrolment) == []

    acts_before.reopen(gone, "Sortie enregistrée pour un autre patient.", by=doctor, at=at)

    assert planned(enrolment) == [RENEWAL]


def test_a_renewal_that_did_not_take_place_is_not_planned_again_for_what_is_over():
    prescription = sign(PrescriptionFactory())
    visit = Visit.objects.get()

    actions.mark_not_done(
        visit, NotDoneReason.PATIENT_ABSENT, by=prescription.author, at=noon(date(2026, 3, 30))
    )

    assert planned(prescription.enrolment) == []


# --- The night --------------------------------------------------------------------------------


def at_night(day):
    return mock.patch("followup.tasks.timezone.now", return_value=noon(day))


def test_the_night_plans_what_was_loaded_without_a_signature_and_once():
    mine = PrescriptionFactory(signed=True).enrolment
    awaited = PrescriptionFactory(signed=True).enrolment
    VisitFactory(enrolment=awaited, due_on=END)
    PrescriptionFactory(signed=True, starts_on=date(2026, 3, 10))  # ends later
    PrescriptionFactory()  # a draft

    with at_night(date(2026, 3, 22)):
        counts = tasks.plan_renewals(), tasks.plan_renewals()

    assert counts == (1, 0)
    assert planned(mine) == [RENEWAL]
    assert JournalLine.objects.get(action="visits.renewal").subject == str(mine.public_id)


@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2026, 3, 21), 0), (date(2026, 3, 22), 1), (END, 1), (date(2026, 3, 30), 0)],
)
def test_the_night_looks_a_week_ahead(day, count):
    PrescriptionFactory(signed=True)

    with at_night(day):
        assert tasks.plan_renewals() == count


def test_one_that_fails_stops_no_other():
    PrescriptionFactory(signed=True)
    PrescriptionFactory(signed=True)
    real = actions.plan_missing_renewal
    broken = Enrolment.objects.order_by("pk").values_list("pk", flat=True)[0]

    def fail_for_one(pk, *, at):
        if pk == broken:
            raise DatabaseError("lost")
        return real(pk, at=at)

    with at_night(END), mock.patch("followup.tasks.actions.plan_missing_renewal", fail_for_one):
        assert tasks.plan_renewals() == 1
    with at_night(END):
        assert tasks.plan_renewals() == 1


# --- What is expected -------------------------------------------------------------------------


def appointment(enrolment, due_on):
    return VisitFactory(enrolment=enrolment, simple=True, due_on=due_on)


def test_of_two_appointments_only_the_later_is_expected_once_open():
    enrolment = EnrolmentFactory()
    first = appointment(enrolment, date(2026, 3, 29))
    second = appointment(enrolment, date(2026, 4, 26))

    assert list(Visit.objects.expected(date(2026, 4, 18))) == [first]
    assert list(Visit.objects.expected(date(2026, 4, 19))) == [second]


def test_an_appointment_makes_no_visit_of_the_calendar_give_way():
    visit = VisitFactory()
    appointment(visit.enrolment, date(2026, 4, 20))

    from followup import calendar_steps

    assert visit in Visit.objects.expected(date(2026, 4, 21))
    steps = calendar_steps.steps(visit.enrolment, date(2026, 4, 21))
    assert [step.standing for step in steps] == [Standing.OVERDUE, Standing.DUE]
