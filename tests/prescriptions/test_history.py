"""Every prescriber's periods on one axis, and what calls for a look."""

from datetime import date, timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from prescriptions import actions, history
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_AT, PassedAlertFactory, PrescriptionFactory
from tests.prescriptions.pages import address
from tests.prescriptions.signing import relay_of, sign


def two_prescribers(days_later, *, ordinary=False):
    enrolment = EnrolmentFactory()
    first = PrescriptionFactory(enrolment=enrolment, signed=True)
    relay = relay_of(enrolment)
    starts_on = first.starts_on + timedelta(days=days_later)
    second = PrescriptionFactory(
        enrolment=enrolment, author=relay, starts_on=starts_on, signed=True, ordinary=ordinary
    )
    return first, second


@pytest.mark.parametrize(
    ("days_later", "ordinary", "alerts"),
    [
        pytest.param(27, False, 1, id="they share the last day"),
        pytest.param(28, False, 0, id="the day after"),
        pytest.param(0, True, 0, id="an ordinary one shares nothing"),
    ],
)
def test_two_prescribers_of_narcotics_are_told(days_later, ordinary, alerts):
    first, _ = two_prescribers(days_later, ordinary=ordinary)

    found = history.of(first.enrolment)

    assert len(found.alerts) == alerts
    assert [entry.shares for entry in found.entries] == [bool(alerts)] * 2


def test_the_alert_says_who_and_which_days():
    first, second = two_prescribers(20)

    (alert,) = history.of(first.enrolment).alerts

    assert first.prescriber.full_name in alert
    assert second.prescriber.full_name in alert
    assert "du 22/03/2026 au 29/03/2026" in alert


def test_an_early_renewal_says_its_mention_and_is_no_alert():
    signed = sign(PrescriptionFactory())
    later = WRITTEN_AT + timedelta(days=20)
    draft = actions.renew(signed, by=signed.author, at=later, key="again")
    actions.accept_mention(draft, by=draft.author)
    draft.refresh_from_db()
    sign(draft, at=later, key="once-2")

    found = history.of(signed.enrolment)

    assert found.alerts == []
    assert found.entries[0].told == ["Mention expresse de chevauchement"]


def test_what_was_passed_at_the_signature_is_shown():
    draft = PrescriptionFactory()
    PassedAlertFactory(prescription=draft)
    sign(draft)

    assert history.of(draft.enrolment).entries[0].told == ["THC 50 mg par jour"]


def test_drafts_and_voided_ones_are_left_out():
    signed = PrescriptionFactory(signed=True)
    PrescriptionFactory(enrolment=signed.enrolment)
    actions.void(signed, reason="TYPING_ERROR", by=signed.author, at=WRITTEN_AT)

    found = history.of(signed.enrolment)

    assert (found.entries, found.chart) == ([], None)


def test_the_page_reads_a_fixed_number_of_queries(doctor, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    PrescriptionFactory(enrolment=doctor.enrolment, signed=True)
    doctor.get(address("history", doctor.enrolment))
    with CaptureQueriesContext(connection) as one:
        doctor.get(address("history", doctor.enrolment))
    for month in range(4, 8):
        start = date(2026, month, 5)
        PrescriptionFactory(enrolment=doctor.enrolment, signed=True, starts_on=start)

    with django_assert_num_queries(len(one)):
        page = doctor.get(address("history", doctor.enrolment))

    assertContains(page, "rc-span", count=5)


def test_an_empty_history_says_so(doctor):
    assertContains(doctor.get(address("history", doctor.enrolment)), "Aucune ordonnance signée")


@pytest.mark.parametrize(("days_ago", "shown"), [(700, True), (900, False)])
def test_the_page_begins_with_two_years(doctor, today, days_ago, shown):
    begun = today - timedelta(days=days_ago)
    PrescriptionFactory(enrolment=doctor.enrolment, signed=True, starts_on=begun, signed_on=begun)
    page = address("history", doctor.enrolment)

    assert ("rc-span" in doctor.get(page).content.decode()) == shown
    assertContains(doctor.get(f"{page}?tout=1"), "rc-span", count=1)


def test_another_patient_s_history_does_not_exist(doctor):
    other = PrescriptionFactory(signed=True)

    assert doctor.get(address("history", other.enrolment)).status_code == 404
    assertNotContains(doctor.get(address("history", doctor.enrolment)), "rc-span")
