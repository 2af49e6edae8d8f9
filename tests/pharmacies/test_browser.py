"""The counter in a real browser: two things typed, three keys, no fault of accessibility."""

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from patients import identity
from pharmacies.models import DispensedItem, Undone
from tests.accessible import expect_accessible
from tests.pharmacies.factories import (
    BulletinFactory,
    DispensationFactory,
    NoticeFactory,
    ReceivedFactory,
    at_the_counter,
    trained_pharmacist,
)
from tests.pharmacies.test_views import DAY, code_of, page_of, written


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


# Product, expiry and batch of a box, as its mark holds them.
BOX = "01034009300001201731063010LOT-A1"


def focused(page):
    return page.evaluate("document.activeElement.name || document.activeElement.tagName")


def test_scan_birth_date_batch_enter(open_page):
    prescription = written(days_ago=2)
    person = identity.open_one(prescription.patient)
    long_name = "De la Bruyère-Lefebvre-Vandenbroucke-Saint-Hilaire-d’Étampes-Rochechouart"
    identity.rewrite(prescription.patient, replace(person, birth_name=long_name))
    issued = code_of(prescription)
    page = open_page(member=trained_pharmacist(prescription.enrolment.programme))
    page.goto(reverse("pharmacies:counter"))
    assert focused(page) == "code"

    # A scanner types the address of the QR code, then Enter: the birth date is asked next.
    page.keyboard.type(issued.url)
    page.keyboard.press("Enter")
    assert focused(page) == "birth_date"
    page.keyboard.type("12051980")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(prescription)}")
    # A long name leaves the facts on one line, under it.
    assert page.locator(".rc-strip__facts").bounding_box()["height"] < 60
    assert focused(page) == "batch-1-0"
    page.keyboard.type("LOT-A1")
    page.keyboard.press("Tab")
    page.keyboard.type("062031")
    page.keyboard.press("Enter")

    page.wait_for_url("**/enregistree/**")
    assert focused(page) == "code"
    assert DispensedItem.objects.get().days == 28


def test_with_the_batch_of_the_day_one_key_is_enough(open_page):
    prescription = written(days_ago=1)
    page = open_page(member=at_the_counter(prescription))
    page.goto(page_of(prescription))
    # The scanner reads the whole box, then types Enter: nothing leaves before it was seen.
    page.locator("[name=batch-1-0]").press_sequentially(BOX)
    page.keyboard.press("Enter")
    expect(page.locator("[name=batch-1-0]")).to_have_value("LOT-A1")
    expect(page.locator("[name=expires-1-0]")).to_have_value("30/06/2031")
    expect(page.get_by_role("button", name="Enregistrer la dispensation")).to_be_focused()
    page.click("details.rc-data summary")
    page.fill("[name=days-1]", "10")
    page.fill("[name=packs-1-0]", "1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/enregistree/**")

    page.goto(page_of(prescription))
    page.keyboard.press("Enter")

    page.wait_for_url("**/enregistree/**")
    assert DispensedItem.objects.count() == 2


# Nothing is drawn until this script comes, and it never does.
NO_PICTURE = """new MutationObserver((_, observer) => {
  if (!document.head) return;
  observer.disconnect();
  const script = document.createElement("script");
  script.async = true;
  script.setAttribute("blocking", "render");
  script.src = "/static/never.js";
  document.head.append(script);
}).observe(document, { childList: true, subtree: true });"""


def test_the_cursor_does_not_wait_for_the_first_picture(open_page):
    """Chromium grants `autofocus` with its first picture, sometimes after the end of loading."""
    prescription = written(days_ago=1)
    page = open_page(member=at_the_counter(prescription))
    page.add_init_script(NO_PICTURE)
    page.route("**/never.js", lambda route: None)

    page.goto(page_of(prescription), wait_until="domcontentloaded")

    assert focused(page) == "batch-1-0"


def test_no_page_has_a_fault_of_accessibility(open_page, look):
    prescription = written(days_ago=4)
    page = open_page(**look, member=at_the_counter(prescription))
    addresses = [
        reverse("pharmacies:counter"), page_of(prescription), reverse("pharmacies:history")
    ]  # fmt: skip
    for address in addresses:
        page.goto(address)
        expect_accessible(page)
    page.goto(page_of(prescription))
    page.fill("[name=batch-1-0]", "LOT-A1")
    page.fill("[name=expires-1-0]", "01/2020")
    page.click("details.rc-data summary")
    page.check("[name=bearer][value=CARER]", force=True)
    expect_accessible(page)
    page.fill("[name=bearer_name]", "Léa Martin")
    page.fill("[name=bearer_address]", "3 rue des Lilas, 31000 Toulouse")
    page.fill("[name=bearer_document]", "Carte d’identité 12AB")
    page.click("text=Enregistrer la dispensation")
    page.wait_for_selector("#erreurs")
    expect_accessible(page)
    assert page.input_value("[name=bearer_name]") == "Léa Martin"
    page.fill("[name=expires-1-0]", "01/2031")
    page.keyboard.press("Enter")
    page.wait_for_url("**/enregistree/**")
    expect_accessible(page)
    page.goto(page_of(prescription))
    expect_accessible(page)


def days_ago(count):
    return (timezone.localdate() - count * DAY).strftime("%d/%m/%Y")


def test_a_wrong_day_is_put_right_and_everything_is_handed_over(open_page):
    """Presented in time, typed two days ago: the days lost come back with the right day."""
    prescription = written(days_ago=12)
    page = open_page(width=390, member=at_the_counter(prescription))
    page.goto(page_of(prescription))
    page.fill("[name=presentation-presented_on]", days_ago(2))
    with page.expect_navigation():
        page.click("text=Présentée, commandée")
    expect(page.get_by_text("18 jours à délivrer", exact=True)).to_be_visible()

    with page.expect_navigation():
        page.click("text=Corriger le jour")
    expect(page.locator("[name=presented_on]")).to_be_hidden()
    page.check("[name=reason][value=WRONG_DAY]", force=True)
    page.fill("[name=presented_on]", days_ago(11))
    expect_accessible(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_text("28 jours à délivrer", exact=True)).to_be_visible()
    expect(page.get_by_text("jour mal saisi, par")).to_be_visible()
    expect_accessible(page)
    hand_over(page)
    done = DispensedItem.objects.get()
    assert done.days == 28
    assert done.dispensation.received.presented_on == timezone.localdate() - 11 * DAY


def hand_over(page):
    page.fill("[name=batch-1-0]", "LOT-A1")
    page.fill("[name=expires-1-0]", "06/2031")
    page.keyboard.press("Enter")
    page.wait_for_url("**/enregistree/**")


def test_what_waits_and_what_is_undone_are_accessible(open_page, scheme):
    prescription = written(days_ago=4)
    member = at_the_counter(prescription)
    NoticeFactory(prescription=prescription, pharmacy=member.site)
    BulletinFactory(programme=prescription.enrolment.programme)
    received = ReceivedFactory(prescription=prescription, recorded_by=member)
    done = DispensationFactory(received=received, items=True)
    page = open_page(width=390, scheme=scheme, member=member)
    undo = reverse("pharmacies:undo", args=[done.public_id])
    for address in (
        reverse("pharmacies:counter"),
        reverse("pharmacies:notices"),
        reverse("pharmacies:history"),
        undo,
    ):
        page.goto(address)
        expect_accessible(page)
    page.check("[name=reason][value=TWICE]", force=True)
    with page.expect_navigation():
        page.click("main button[type=submit]")
    assert Undone.objects.get().dispensation == done
