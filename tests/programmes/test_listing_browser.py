"""In a real browser: a manager lists a structure, then delists it; no page has a fault."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.programmes.factories import IndicationFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_structure_is_listed_then_delisted(open_page, width):
    indication = IndicationFactory(label="Douleurs réfractaires")
    site = SiteFactory(finess="750712184")
    page = open_page(
        width=width, member=MemberFactory(role=Role.MANAGER, programme=indication.programme)
    )

    page.goto(reverse("programmes:listings"))
    expect_accessible(page)
    page.fill("[name=finess]", "750712184")
    page.click("button:has-text('Ouvrir')")
    page.wait_for_url(f"**{site.public_id}/")
    page.check(f"[name=indications][value='{indication.pk}']", force=True)
    page.fill("[name=on]", "01/03/2021")
    page.fill("[name=reference]", "Décision A")
    page.click("text=Enregistrer l’inscription")
    page.wait_for_selector("text=Inscription enregistrée.")
    expect_accessible(page)
    page.click("td a:has-text('Retirer')")
    page.wait_for_selector("h1:has-text('Retirer')")
    expect_accessible(page)
    page.fill("[name=on]", "22/11/2021")
    page.fill("[name=reference]", "Décision B")
    page.click("text=Enregistrer le retrait")
    page.wait_for_selector("text=Retrait enregistré.")

    assert page.get_by_role("row", name="22/11/2021").is_visible()
