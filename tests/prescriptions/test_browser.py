"""The form, computed while typing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from prescriptions.models import Prescription
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PrescriptionFactory, entitled
from tests.programmes.factories import PackFactory, ProductFactory, SupplyRuleFactory


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def doctor():
    """Twenty days into a prescription of her own, with one narcotic and one ordinary oil."""
    SupplyRuleFactory()
    enrolment = EnrolmentFactory()
    member = entitled(enrolment.included_by, enrolment)
    for narcotic in (True, False):
        product = ProductFactory(
            narcotic=narcotic, programme=enrolment.programme, indications=[enrolment.indication]
        )
        PackFactory(product=product, label="Flacon de 10 mL", quantity=Decimal(10))
        PackFactory(product=product)
    begun = timezone.localdate() - timedelta(days=20)
    PrescriptionFactory(
        enrolment=enrolment,
        author=member,
        starts_on=begun,
        signed=True,
        signed_on=begun,
        signed_at=timezone.now() - timedelta(days=20),
    )
    member.enrolment = enrolment
    return member


def fill(page, prefix, dose, intakes, days):
    page.fill(f"[name={prefix}-dose]", dose)
    page.fill(f"[name={prefix}-intakes]", intakes)
    page.fill(f"[name={prefix}-days]", days)


def send_and_see_the_step_that_is_wrong(page, width):
    """On a telephone, what is wrong has the whole line of its step, not a third of it."""
    if width > 390:
        return
    with page.expect_navigation():
        page.click(".rc-bar button[type=submit]")
    wrong = page.locator("[data-step-field=days]", has_text="limitée à 28 jours")
    step = page.locator("[data-step]", has=wrong)
    assert wrong.bounding_box()["width"] > step.bounding_box()["width"] * 0.8


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panel_follows_what_is_typed(open_page, doctor, width):
    page = open_page(width=width, member=doctor)
    page.set_default_timeout(10_000)
    page.goto(f"/patients/{doctor.enrolment.public_id}/ordonnances/nouvelle/")
    page.select_option("[name=line-0-product]", label="Huile THC 25 / CBD 25")
    fill(page, "line-0-step-0", "0,25", "2", "7")
    page.click("[data-step-add]")
    fill(page, "line-0-step-1", "1", "2", "25")

    out = {name: page.locator(f"[data-out={name}]").inner_text() for name in ("days", "packs")}
    checks = page.locator("[data-checks]").inner_text()
    assert out == {
        "days": "32 jours",
        "packs": "1\u00a0flacon\u00a0de\u00a050\u00a0mL et 1\u00a0flacon\u00a0de\u00a010\u00a0mL",
    }
    assert "limitée à 28 jours" in checks
    assert "mention expresse" in checks
    assert page.locator("[data-mini]").is_visible() == (width == 390)
    send_and_see_the_step_that_is_wrong(page, width)
    page.fill("[name=line-0-step-1-days]", "21")
    page.click("[data-line-add]")
    page.select_option("[name=line-1-product]", label="Huile CBD 50")
    fill(page, "line-1-step-0", "0,4", "2", "60")
    page.locator("label[for=id_has_mention]").click(position={"x": 5, "y": 5})
    page.click(".rc-bar button[type=submit]")
    page.wait_for_url("**/ordonnances/*-*/")

    draft = Prescription.objects.get(status="DRAFT")
    assert (draft.narcotic_days, draft.duration_days, draft.lines.count()) == (28, 60, 2)
    assert draft.has_overlap_mention
