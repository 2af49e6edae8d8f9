"""What was handed over, read again by the pharmacy that did it."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from patients.enums import EndReason, EnrolmentState
from pharmacies.models import Dispensation
from tests.pharmacies.factories import (
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
    UndoneFactory,
)
from tests.prescriptions.factories import PrescriptionFactory


DAY = datetime.timedelta(days=1)


def test_the_history_is_of_ones_own_pharmacy(client, sign_in):
    mine, other = (
        DispensationFactory(lately=True, items=True, items__batch=name) for name in ("AAA", "BBB")
    )

    response = sign_in(mine.dispensed_by).get(reverse("pharmacies:history"))

    assertContains(response, mine.enrolment.number)
    assertContains(response, "AAA")
    assertNotContains(response, other.enrolment.number)
    assertNotContains(response, "BBB")


def test_the_history_goes_by_pages(client, sign_in, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("pharmacies.views.desk.PER_PAGE", 2)
    first = DispensationFactory(lately=True, items=True, items__days=1, items__quantity_due=1)
    rows = [first] + [
        DispensationFactory(received=first.received, recorded_at=first.recorded_at)
        for _ in range(4)
    ]
    client = sign_in(first.dispensed_by)
    address = reverse("pharmacies:history")

    def page(query):
        return client.get(address + query).context["page"]

    pages = [page("")]
    while pages[-1].following:
        pages.append(page(pages[-1].following))

    assert [row for page in pages for row in page.rows] == rows[::-1]
    back = page(pages[2].previous)
    assert back == pages[1]
    assert not page(back.previous).previous
    # What is no key of ours shows the first page.
    assert page("?avant=nothing") == pages[0]


def test_the_history_has_a_fixed_number_of_queries(client, sign_in, django_assert_num_queries):
    first = DispensationFactory(lately=True, items=True, items__days=1, items__quantity_due=1)
    for _ in range(4):
        more = DispensationFactory(received=first.received)
        DispensedItemFactory(dispensation=more, days=2, quantity_due=2)
    client = sign_in(first.dispensed_by)
    client.get(reverse("pharmacies:history"))

    # Session, user, device, member; page, items, lines, packs.
    with django_assert_num_queries(8):
        client.get(reverse("pharmacies:history"))


def test_a_dispensation_of_another_pharmacy_does_not_exist(client, sign_in):
    dispensation = DispensationFactory(lately=True, items=True)
    stranger = DispensationFactory(lately=True, items=True).dispensed_by

    response = sign_in(stranger).get(reverse("pharmacies:done", args=[dispensation.public_id]))

    assert response.status_code == 404


def test_a_late_entry_is_flagged(client, sign_in):
    dispensation = DispensationFactory(lately=True, items=True)
    late = DispensationFactory(
        received=dispensation.received, recorded_at=dispensation.recorded_at + 3 * DAY
    )

    client = sign_in(dispensation.dispensed_by)

    assertContains(client.get(reverse("pharmacies:done", args=[late.public_id])), "Saisie tardive")
    assertNotContains(
        client.get(reverse("pharmacies:done", args=[dispensation.public_id])), "Saisie tardive"
    )


def test_after_the_patient_left_the_page_says_so(client, sign_in):
    dispensation = DispensationFactory(lately=True, items=True)
    enrolment = dispensation.enrolment
    enrolment.state, enrolment.ended_on = EnrolmentState.ENDED, dispensation.dispensed_on
    enrolment.end_reason = EndReason.DEATH
    enrolment.save()

    response = sign_in(dispensation.dispensed_by).get(
        reverse("pharmacies:done", args=[dispensation.public_id])
    )

    assertContains(response, "ne participe plus")
    assertNotContains(response, "Tout est délivré")


@pytest.mark.parametrize(("days_ago", "status"), [(364, 200), (365, 404)])
def test_lines_and_the_form_of_events_close_a_year_after_the_last_service(
    sign_in, days_ago, status
):
    old = served(days_ago)
    client = sign_in(old.dispensed_by)
    names = ("pharmacies:done", "pharmacies:undo", "vigilance:report_dispensed")

    found = [client.get(reverse(name, args=[old.public_id])).status_code for name in names]

    assert found == [status] * 3
    assert (old.enrolment.number in history_of(client)) == (status == 200)
    UndoneFactory(dispensation=old)
    assert client.get(reverse("pharmacies:done", args=[old.public_id])).status_code == 404


def test_a_patient_served_again_shows_everything_again(sign_in):
    old = served(400)
    today = timezone.localdate()
    client = sign_in(old.dispensed_by)
    assert old.enrolment.number not in history_of(client)

    DispensationFactory(received=old.received, dispensed_on=today, recorded_at=timezone.now())

    assert history_of(client).count(old.enrolment.number) == 2
    assert client.get(reverse("pharmacies:done", args=[old.public_id])).status_code == 200


def test_what_is_written_late_is_read_again_on_the_day_of_writing(sign_in):
    late = served(400, recorded_at=timezone.now())

    page = sign_in(late.dispensed_by).get(reverse("pharmacies:done", args=[late.public_id]))

    assertContains(page, "Saisie tardive")


def test_a_doctor_reads_dispensations_of_any_age():
    old = served(400)
    doctor = old.enrolment.included_by

    assert list(Dispensation.objects.served_to(doctor, timezone.now())) == [old]


def served(days_ago, **changes):
    on = timezone.localdate() - days_ago * DAY
    at = timezone.now() - days_ago * DAY
    return DispensationFactory(
        received__prescription__starts_on=on,
        received__prescription__signed_on=on,
        received__prescription__signed_at=at,
        items=True,
        **changes,
    )


def history_of(client):
    return client.get(reverse("pharmacies:history")).content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"first", "second"}),
        ("?du={second}", {"second"}),
        ("?au={first}", {"first"}),
        ("?du={first}&au={second}", {"first", "second"}),
        ("?du={after}", set()),
        # A date that makes no sense filters nothing, and is told beside it.
        ("?du=31/02/2026", {"first", "second"}),
    ],
)
def test_the_history_is_narrowed_to_some_days(sign_in, query, shown):
    today = timezone.localdate()
    begun = {"starts_on": today - 5 * DAY, "signed_on": today - 5 * DAY}
    signed = PrescriptionFactory(signed=True, signed_at=timezone.now() - 5 * DAY, **begun)
    received = ReceivedFactory(prescription=signed)
    first = DispensationFactory(received=received, dispensed_on=today - 2 * DAY)
    second = DispensationFactory(received=received, dispensed_on=today - DAY)
    days = {"first": first.dispensed_on, "second": second.dispensed_on, "after": today}
    asked = query.format(**{name: f"{day:%d/%m/%Y}" for name, day in days.items()})

    page = sign_in(first.dispensed_by).get(reverse("pharmacies:history") + asked)

    known = {"first": first, "second": second}
    assert set(page.context["page"].rows) == {known[name] for name in shown}
    said = page.content.decode()
    assert ("pour ces jours" in said) == (not shown)
    assert ("Cette date n’existe pas" in said) == ("31/02" in query)
