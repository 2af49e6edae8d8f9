"""One prescription typed in two tabs of its author: the older one saves later, nothing is lost."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.accessible import expect_accessible
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import entitled
from tests.programmes.factories import PackFactory, ProductFactory, SupplyRuleFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]

SAVED = "text=Brouillon enregistré à"
AS_NEEDED = "Si besoin\u202f: le nombre de prises est alors un maximum par jour"
DAYS = "[name=line-0-step-0-days]"


@pytest.fixture
def doctor():
    SupplyRuleFactory()
    enrolment = EnrolmentFactory()
    member = entitled(enrolment.included_by, enrolment)
    for narcotic in (True, False):
        product = ProductFactory(
            narcotic=narcotic, programme=enrolment.programme, indications=[enrolment.indication]
        )
        PackFactory(product=product, quantity=Decimal(10))
    member.enrolment = enrolment
    return member


@pytest.fixture
def tabs(open_page, doctor):
    """The same new prescription, opened twice before anything is typed."""
    older = open_page(member=doctor)
    newer = older.context.new_page()
    for page in (older, newer):
        page.goto(f"/patients/{doctor.enrolment.public_id}/ordonnances/nouvelle/")
    return older, newer


def write_two_medicines(page):
    page.select_option("[name=line-0-product]", label="Huile THC 25 / CBD 25")
    page.fill(DAYS, "28")
    page.click("[data-line-add]")
    page.select_option("[name=line-1-product]", label="Huile CBD 50")
    page.fill("[name=line-1-step-0-dose]", "0,4")
    page.locator("[name=line-1-step-0-as_needed]").check(force=True)
    expect(page.locator(SAVED)).to_be_visible()


def saving(page):
    """Until the server has kept what was typed: the page said already when it last did."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok)


def said(page):
    """What the panel shows: name of the field, this page, elsewhere."""
    rows = page.locator(".rc-both__table tbody tr").all()
    return {
        row.locator("th").inner_text(): [cell.inner_text() for cell in row.locator("td").all()]
        for row in rows
    }


def test_both_versions_are_shown_in_words_and_either_may_be_kept(tabs, errors):
    older, newer = tabs
    write_two_medicines(newer)

    older.fill(DAYS, "14")
    expect(older.locator(".rc-both")).to_be_visible()

    assert said(older) == {
        "Médicament 1": ["–", "Huile THC 25 / CBD 25"],
        "Médicament 1, palier 1 – Jours": ["14", "28"],
        "Médicament 2": ["–", "Huile CBD 50"],
        "Médicament 2, palier 1 – Dose par prise": ["–", "0,4"],
        f"Médicament 2, palier 1 – {AS_NEEDED}": ["–", "oui"],
    }
    expect_accessible(older)
    with older.expect_navigation():
        older.get_by_role("button", name="Reprendre l’autre version").click()
    expect(older.locator(DAYS)).to_have_value("28")
    expect(older.locator("[name=line-1-step-0-dose]")).to_have_value("0,4")
    go_on_in_both(older, newer)
    errors.clear()  # the savings that were refused


def go_on_in_both(older, newer):
    """Without its second medicine in one: the other tab is the older one now, and is kept."""
    with saving(older):
        older.locator("[data-line-remove]").last.click()
    newer.fill(DAYS, "14")
    with saving(newer):
        newer.get_by_role("button", name="Garder cette page").click()
    expect(newer.locator(".rc-both")).to_be_hidden()
    with older.expect_navigation():
        older.reload()
    expect(older.locator(DAYS)).to_have_value("14")
    expect(older.locator("[name=line-1-step-0-dose]")).to_have_value("0,4")
