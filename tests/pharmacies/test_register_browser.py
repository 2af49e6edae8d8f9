"""The register and what surrounds it in a real browser: by keyboard, without a fault."""

import datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from pharmacies.models import RegisterLine
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.pharmacies.factories import (
    BulletinFactory,
    InventoryFactory,
    RegisterLineFactory,
    at_the_counter,
    narcotic_pack,
    register_keeper,
)
from tests.pharmacies.test_views import written


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


def address(name, *args):
    return reverse(f"pharmacies:{name}", args=args)


def test_a_receipt_then_its_correction(open_page):
    by = register_keeper()
    pack = narcotic_pack(by)
    page = open_page(member=by)
    page.goto(address("register"))
    page.click("text=Enregistrer une réception >> nth=0")
    page.select_option("[name=pack]", str(pack.pk))
    page.fill("[name=packs]", "4")
    page.fill("[name=batch]", "LOT-A1")
    page.fill("[name=expires_on]", "06/2031")
    page.fill("[name=reference]", "BL 12")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address('register')}")
    page.click("a:has-text('Corriger')")
    page.fill("[name=reason]", "Saisie en double")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{address('register')}")
    page.wait_for_selector("text=Corrigée, ligne 2")
    assert [line.change for line in RegisterLine.objects.order_by("number")] == [200, -200]


def test_no_page_has_a_fault_of_accessibility(open_page, look):
    prescription = written(days_ago=9)
    by = at_the_counter(prescription)
    line = RegisterLineFactory(
        recorded_by=by, recorded_at=prescription.signed_at - datetime.timedelta(days=400)
    )
    alert = BulletinFactory(programme=prescription.enrolment.programme)
    page = open_page(**look, member=by)
    for where in (
        address("register"),
        address("movement", "DESTRUCTION"),
        address("correct_line", line.public_id),
        address("inventory"),
        address("inventory_done", InventoryFactory(recorded_by=by).public_id),
        address("months"),
        address("slips"),
        address("copies"),
        address("statement"),
        address("gaps"),
        address("bulletins"),
        address("bulletin", alert.public_id),
        address("late", prescription.public_id),
        address("intervene", prescription.public_id),
    ):
        page.goto(where)
        expect_accessible(page)


def test_the_agency_s_pages_have_no_fault(open_page, scheme):
    alert = BulletinFactory()
    member = MemberFactory(role=Role.MANAGER, programme=alert.programme)
    page = open_page(scheme=scheme, member=member)
    for where in (address("issue"), address("bulletin", alert.public_id)):
        page.goto(where)
        expect_accessible(page)
