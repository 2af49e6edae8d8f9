"""Nothing is erased before pharmacies hold their copies on two supports."""

import logging
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from accounts.models import Site
from pharmacies.enums import Kept, Medium
from pharmacies.models import KeepingTime
from retention import actions, holds, tasks
from retention.models import PurgeRun
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.pharmacies.factories import (
    DispensationFactory,
    KeepingTimeFactory,
    RegisterCopyFactory,
    RegisterLineFactory,
)
from tests.programmes.factories import IndicationFactory
from tests.retention.factories import programme_with_rules
from tests.retention.test_purge import (
    AFTER_IDENTITY,
    END,
    _ledger_apart,  # noqa: F401  a fixture
    patient_of,
    purge,  # noqa: F401  a fixture
)


ONE_DAY = timedelta(days=1)
SERVED_ON = date(2026, 3, 2)


@pytest.fixture
def served():
    """Handed over on the day of writing, in a programme that ended."""
    programme = programme_with_rules(ends_on=END)
    enrolment = EnrolmentFactory(indication=IndicationFactory(programme=programme))
    return DispensationFactory(received__prescription__enrolment=enrolment, items=True)


def programme_of(served):
    return served.enrolment.programme


def held(served, today):
    return [
        (hold.pharmacy, hold.subject, hold.until)
        for hold in holds.of_programme(programme_of(served), today)
    ]


def download(served, subject, medium, last=None):
    return RegisterCopyFactory(
        made_by=served.dispensed_by, subject=subject, medium=medium, last_number=last or served.pk
    )


def test_the_durations_come_with_the_registry_and_have_a_source():
    assert KeepingTime.objects.years(Kept.COPIES, SERVED_ON) == 3
    assert KeepingTime.objects.years(Kept.REGISTER, SERVED_ON) == 10
    assert KeepingTime.objects.years(Kept.REGISTER, date(2021, 3, 25)) == 0
    assert all(KeepingTime.objects.values_list("source", flat=True))


def test_another_duration_counts_from_its_day():
    KeepingTimeFactory(years=5, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [KeepingTime.objects.years(Kept.COPIES, day) for day in days] == [3, 5, 5, 3]


def test_copies_hold_for_three_years_unless_both_supports_were_handed_over(served):
    ours = (served.pharmacy, Kept.COPIES, date(2029, 3, 2))
    elsewhere = DispensationFactory(items=True)

    assert held(served, SERVED_ON) == held(served, date(2029, 3, 2)) == [ours]
    assert held(served, date(2029, 3, 3)) == []
    download(served, Kept.COPIES, Medium.PDF)
    download(served, Kept.REGISTER, Medium.CSV)
    download(elsewhere, Kept.COPIES, Medium.CSV)
    assert held(served, SERVED_ON) == [ours]
    download(served, Kept.COPIES, Medium.CSV, last=served.pk - 1)
    assert held(served, SERVED_ON) == [ours]
    download(served, Kept.COPIES, Medium.CSV)
    assert held(served, SERVED_ON) == []


def test_the_register_holds_for_ten_years(served):
    for medium in Medium:
        download(served, Kept.COPIES, medium)
    line = RegisterLineFactory(
        recorded_by=served.dispensed_by,
        pack__product__programme=programme_of(served),
        happened_on=SERVED_ON,
    )
    ours = (served.pharmacy, Kept.REGISTER, date(2036, 3, 2))

    assert held(served, date(2036, 3, 2)) == [ours]
    assert held(served, date(2036, 3, 3)) == []
    for medium in Medium:
        download(served, Kept.REGISTER, medium, last=line.number)
    assert held(served, SERVED_ON) == []


def test_a_purge_that_is_held_refuses_to_start_and_says_why(served, as_purge):
    programme = programme_of(served)
    asked = {"due_on": END, "at": AFTER_IDENTITY, "using": "default"}

    with pytest.raises(actions.CannotPurge, match="à garder jusqu’au 02/03/2029") as refusal:
        actions.start(programme, "IDENTITY", **asked)

    assert served.pharmacy.name in str(refusal.value)
    assert not PurgeRun.objects.exists()


def waiting(count):
    """As many pharmacies that wait for their copies, one year after the other."""
    sites = [Site(name=f"PUI {rank}", town="Lyon") for rank in range(count)]
    return [
        holds.Hold(site, Kept.COPIES, date(2029 + rank, 3, 2)) for rank, site in enumerate(sites)
    ]


@pytest.mark.parametrize(
    ("count", "end"),
    [
        (1, "à garder jusqu’au 02/03/2029"),
        (2, "02/03/2029\u202f; 1 autre, jusqu’au 02/03/2030 au plus tard"),
        (600, "02/03/2029\u202f; 599 autres, jusqu’au 02/03/2628 au plus tard"),
    ],
)
def test_a_refusal_names_one_pharmacy_and_counts_the_others(count, end):
    told = holds.summary(waiting(count))

    assert told.startswith("PUI 0, Lyon")
    assert told.endswith(end)
    assert len(told) < 200


@pytest.mark.parametrize(("count", "folded"), [(5, None), (6, "l’autre"), (40, "les 35 autres")])
def test_a_page_shows_five_pharmacies_and_folds_the_others(count, folded):
    page = render_to_string(
        "retention/_held.html", {"held": [one.reason for one in waiting(count)]}
    )

    shown, _, rest = page.partition("<details")
    assert shown.count("<li>") == 5
    assert rest.count("<li>") == count - 5
    assert (f"Afficher {folded}<" in rest) == (folded is not None)


@pytest.mark.usefixtures("_ledger_apart")
def test_one_programme_that_is_held_does_not_stop_the_others(purge, caplog):  # noqa: F811
    kept = patient_of(programme_with_rules(ends_on=END))
    free = EnrolmentFactory(
        indication=IndicationFactory(programme=programme_with_rules(ends_on=END))
    )

    with caplog.at_level(logging.WARNING, logger=tasks.__name__):
        erased = purge(AFTER_IDENTITY, handed_over=False)

    assert erased == 1
    for enrolment in (kept, free):
        enrolment.patient.refresh_from_db()
    assert kept.patient.identity_erased_at is None
    assert free.patient.identity_erased_at == AFTER_IDENTITY
    assert "nothing is erased" in caplog.text


def test_the_plan_and_the_simulation_say_what_is_held(sign_in, served):
    KeepingTimeFactory(years=900)
    programme, free = programme_of(served), programme_with_rules(ends_on=END)
    reason = holds.Hold(served.pharmacy, Kept.COPIES, date(2926, 3, 2)).reason

    def page(of):
        client = sign_in(MemberFactory(role=Role.MANAGER, programme=of))
        return client.get(reverse("retention:plan"), {"simuler": of.code})

    assertNotContains(page(free), "retenu")
    assertContains(page(programme), "Effacement retenu")
    assertContains(page(programme), reason, count=2)
