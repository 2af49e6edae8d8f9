"""What was handed over, read again by the pharmacy that did it."""

import datetime

from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from patients.enums import EndReason, EnrolmentState
from tests.pharmacies.factories import DispensationFactory, DispensedItemFactory


DAY = datetime.timedelta(days=1)


def test_the_history_is_of_ones_own_pharmacy(client, sign_in):
    mine, other = (DispensationFactory(items=True, items__batch=name) for name in ("AAA", "BBB"))

    response = sign_in(mine.dispensed_by).get(reverse("pharmacies:history"))

    assertContains(response, mine.enrolment.number)
    assertContains(response, "AAA")
    assertNotContains(response, other.enrolment.number)
    assertNotContains(response, "BBB")


def test_the_history_goes_by_pages(client, sign_in, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("pharmacies.views.desk.PER_PAGE", 2)
    first = DispensationFactory(items=True, items__days=1, items__quantity_due=1)
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
    first = DispensationFactory(items=True, items__days=1, items__quantity_due=1)
    for _ in range(4):
        more = DispensationFactory(received=first.received)
        DispensedItemFactory(dispensation=more, days=2, quantity_due=2)
    client = sign_in(first.dispensed_by)
    client.get(reverse("pharmacies:history"))

    # Session, user, device, member; page, items, lines, packs.
    with django_assert_num_queries(8):
        client.get(reverse("pharmacies:history"))


def test_a_dispensation_of_another_pharmacy_does_not_exist(client, sign_in):
    dispensation = DispensationFactory(items=True)
    stranger = DispensationFactory(items=True).dispensed_by

    response = sign_in(stranger).get(reverse("pharmacies:done", args=[dispensation.public_id]))

    assert response.status_code == 404


def test_a_late_entry_is_flagged(client, sign_in):
    dispensation = DispensationFactory(items=True)
    late = DispensationFactory(
        received=dispensation.received, recorded_at=dispensation.recorded_at + 3 * DAY
    )

    client = sign_in(dispensation.dispensed_by)

    assertContains(client.get(reverse("pharmacies:done", args=[late.public_id])), "Saisie tardive")
    assertNotContains(
        client.get(reverse("pharmacies:done", args=[dispensation.public_id])), "Saisie tardive"
    )


def test_after_the_patient_left_the_page_says_so(client, sign_in):
    dispensation = DispensationFactory(items=True)
    enrolment = dispensation.enrolment
    enrolment.state, enrolment.ended_on = EnrolmentState.ENDED, dispensation.dispensed_on
    enrolment.end_reason = EndReason.DEATH
    enrolment.save()

    response = sign_in(dispensation.dispensed_by).get(
        reverse("pharmacies:done", args=[dispensation.public_id])
    )

    assertContains(response, "ne participe plus")
    assertNotContains(response, "Tout est délivré")
