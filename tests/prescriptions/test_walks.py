"""Jobs of a prescriber in the browser: titration, early renewal, weaning, shortage."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from prescriptions.models import Line, Plan, Prescription
from tests.accessible import expect_accessible
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PrescriptionFactory, entitled
from tests.programmes.factories import (
    PackFactory,
    ProductFactory,
    SupplyNoticeFactory,
    SupplyRuleFactory,
)
from tests.sessions import one_time_code


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]

OIL = "Huile THC 25 / CBD 25"


@pytest.fixture
def doctor():
    SupplyRuleFactory()
    enrolment = EnrolmentFactory()
    member = entitled(enrolment.included_by, enrolment)
    product = ProductFactory(
        narcotic=True, programme=enrolment.programme, indications=[enrolment.indication]
    )
    PackFactory(product=product, label="Flacon de 10 mL", quantity=Decimal(10))
    PackFactory(product=product)
    member.enrolment, member.product = enrolment, product
    # Her application is enrolled before any page asks for its code.
    one_time_code(member.user)
    return member


@pytest.fixture(params=[1280, 390])
def page(request, open_page, doctor):
    opened = open_page(width=request.param, member=doctor)
    opened.set_default_timeout(10_000)
    return opened


def address(doctor, rest=""):
    return f"/patients/{doctor.enrolment.public_id}/ordonnances/{rest}"


def fill(page, step, dose, intakes, days):
    prefix = f"[name=line-0-step-{step}"
    page.fill(f"{prefix}-dose]", dose)
    page.fill(f"{prefix}-intakes]", intakes)
    page.fill(f"{prefix}-days]", days)


def press(page, words):
    page.get_by_role("button", name=words).click()


def sign(page, doctor):
    expect_accessible(page)
    page.fill("[name=secret]", one_time_code(doctor.user))
    press(page, "Signer l’ordonnance")
    page.get_by_text("L’ordonnance est signée").wait_for()


def running(doctor, *, days_ago, **fields):
    begun = timezone.localdate() - timedelta(days=days_ago)
    return PrescriptionFactory(
        enrolment=doctor.enrolment,
        author=doctor,
        starts_on=begun,
        signed=True,
        signed_on=begun,
        signed_at=timezone.now() - timedelta(days=days_ago),
        **fields,
    )


def test_a_titration_by_fractions_with_packs_by_hand(page, doctor):
    page.goto(address(doctor, "nouvelle/"))
    page.select_option("[name=line-0-product]", label=OIL)
    fill(page, 0, "0,1", "2", "14")
    page.click("[data-step-add]")
    fill(page, 1, "0,2", "2", "14")
    page.get_by_text("Choisir les conditionnements à la main").click()
    small = page.locator("[name=line-0-pack_1]")
    assert small.input_value() == "1"
    assert "Flacon de 10 mL" in page.locator("[data-own-packs]").inner_text()
    small.fill("2")
    assert "un conditionnement de moins suffit" in page.locator("[data-checks]").inner_text()
    small.fill("1")
    page.get_by_text("Par fractions").click()
    page.fill("[name=fraction_days]", "14")
    expect_accessible(page)
    press(page, "Relire et signer")
    page.get_by_text("quatorze jours, puis quatorze jours").wait_for()
    sign(page, doctor)

    signed = Prescription.objects.signed().get()
    assert (signed.narcotic_days, signed.fraction_days) == (28, 14)
    assert signed.lines.get().has_own_packs


def test_as_needed_says_its_maximum_while_typing(page, doctor):
    page.goto(address(doctor, "nouvelle/"))
    page.select_option("[name=line-0-product]", label=OIL)
    fill(page, 0, "0,1", "4", "28")
    page.get_by_text("Si besoin").first.click()

    assert "Au plus 0,4 mL par jour" in page.locator("[data-step-result]").first.inner_text()
    assert "Prises au plus par jour" in page.locator("[data-step-field=intakes]").inner_text()


def test_an_early_renewal_takes_the_mention_by_one_key(page, doctor):
    running(doctor, days_ago=24)
    page.goto(address(doctor))
    page.locator(".rc-row-link").first.click()
    press(page, "Renouveler à l’identique")
    mention = page.get_by_role("button", name="Porter la mention de chevauchement")
    mention.wait_for()
    assert mention.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    page.get_by_text("Mention expresse de chevauchement portée").wait_for()
    limit = timezone.localdate() + timedelta(days=3)
    assert f"{limit:%d/%m/%Y}" in page.locator("main").inner_text()
    sign(page, doctor)

    assert Prescription.objects.signed().filter(has_overlap_mention=True).count() == 1


def test_a_weaning_is_planned_printed_and_prescribed(page, doctor):
    page.goto(f"/patients/{doctor.enrolment.public_id}/plans/nouveau/")
    page.select_option("[name=product]", label=OIL)
    page.get_by_text("Sevrage – Moyen").click()
    page.fill("[name=intakes]", "2")
    page.fill("[name=dose]", "1")
    press(page, "Calculer les paliers")
    page.locator("[name=form-2-dose]").fill("0,2")
    expect_accessible(page)
    press(page, "Enregistrer le plan")
    page.get_by_role("link", name="Document pour le patient").wait_for()
    expect_accessible(page)
    page.get_by_role("link", name="Prescrire du").click()
    assert page.locator("[name=line-0-step-2-dose]").input_value() == "0,2"
    press(page, "Relire et signer")
    page.get_by_text("zéro virgule deux millilitre par prise", exact=False).first.wait_for()
    sign(page, doctor)

    assert Plan.objects.get().steps.count() == 3
    assert Prescription.objects.signed().get().duration_days == 21


def test_a_shortage_leads_to_a_switch(page, doctor):
    missing = running(doctor, days_ago=40, ordinary=True).lines.get().product
    other = ProductFactory(
        programme=doctor.enrolment.programme,
        indications=[doctor.enrolment.indication],
        name="Huile CBD 100",
        cbd_mg_per_unit=Decimal(100),
    )
    PackFactory(product=other)
    SupplyNoticeFactory(product=missing, valid_from=timezone.localdate(), substitutes=[other])
    page.goto(address(doctor))
    page.get_by_role("link", name="Remplacer ce médicament").click()
    page.get_by_text("Dose actuelle").wait_for()
    expect_accessible(page)
    page.get_by_role("link", name="Choisir Huile CBD 100").click()
    assert page.locator("[name=line-0-step-0-dose]").input_value() == "0,25"
    assert "Remplace Huile CBD 50 (rupture)" in page.locator("main").inner_text()
    press(page, "Relire et signer")
    page.get_by_text("Remplace Huile CBD 50 (rupture)").wait_for()
    sign(page, doctor)

    assert Line.objects.get(product=other).replaces_product == missing


def test_the_history_is_read_with_a_keyboard_and_a_screen_reader(page, doctor):
    running(doctor, days_ago=10)
    page.goto(address(doctor, "historique/"))

    assert page.locator("svg[role=img]").get_attribute("aria-labelledby")
    expect_accessible(page)


def test_the_manager_publishes_a_notice(open_page, doctor):
    from tests.accounts.factories import MemberFactory

    manager = MemberFactory(role="MANAGER", programme=doctor.enrolment.programme)
    page = open_page(member=manager)
    page.goto("/medicaments/")
    expect_accessible(page)
    page.get_by_role("link", name=OIL).click()
    expect_accessible(page)
    page.get_by_role("link", name="Publier un avis").click()
    page.get_by_text("Rupture", exact=True).click()
    page.get_by_label("Avis", exact=False).last.fill("Plus de stock jusqu’à la fin du mois.")
    page.get_by_label("Source").fill("Avis d’essai")
    expect_accessible(page)
    press(page, "Enregistrer")

    page.get_by_text("Plus de stock jusqu’à la fin du mois.").wait_for()
    assert page.locator(".fr-badge", has_text="Rupture").is_visible()
