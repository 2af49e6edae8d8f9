"""A morning with a worklist, and the closed days of a place, as a browser shows them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from followup.models import Search
from record.models import SavedFilter
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.programmes.factories import ProgrammeFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def keep_list(page, name):
    """Under a name, from the list that is shown; then open it by that name."""
    page.get_by_text("Enregistrer cette liste").click()
    page.fill("[name='name']", name)
    expect_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer la liste").click()
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()
    assert page.get_by_role("link", name=name).get_attribute("aria-current") == "true"


def reach_and_find(page):
    """A letter that was answered, then the decision."""
    page.select_option("[name='means']", "LETTER")
    page.select_option("[name='answered']", "REACHED")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Patient retrouvé").click()


def test_a_doctor_keeps_a_list_looks_for_a_patient_and_finds_her(open_page):
    programme = ProgrammeFactory()
    doctor = MemberFactory(programme=programme)
    EnrolmentFactory(
        included_by=doctor,
        indication__programme=programme,
        included_on=timezone.localdate() - timedelta(days=120),
        patient__person=PersonFactory(birth_name="Delacroix", used_name=""),
    )
    page = open_page(member=doctor, width=390)

    page.goto("/patients/?a_faire=silent")
    assert page.get_by_text("Vu pour la dernière fois le").count() == 1
    keep_list(page, "À relancer")
    with page.expect_navigation():
        page.get_by_role("link", name="DELACROIX").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Consultations").first.click()
    with page.expect_navigation():
        page.get_by_role("link", name="Patient sans nouvelles").click()
    reach_and_find(page)

    assert page.get_by_text("la recherche est close").count() == 1
    assert Search.objects.get().outcome == "FOUND"
    assert SavedFilter.objects.get().query == "a_faire=silent"


def test_a_referent_closes_the_place_for_a_week(open_page):
    referent = MemberFactory(is_referent=True)
    page = open_page(member=referent)
    first = timezone.localdate() + timedelta(days=30)

    page.goto(f"/equipes/{referent.site.public_id}/")
    with page.expect_navigation():
        page.get_by_role("link", name="Jours de fermeture").click()
    page.fill("[name='starts_on']", f"{first:%d/%m/%Y}")
    page.fill("[name='ends_on']", f"{first - timedelta(days=1):%d/%m/%Y}")
    page.fill("[name='label']", "Travaux")
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire la fermeture").click()
    assert page.get_by_text("La fermeture finit avant de commencer.").count() >= 1
    assert page.input_value("[name='label']") == "Travaux"
    page.fill("[name='ends_on']", f"{first + timedelta(days=6):%d/%m/%Y}")
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire la fermeture").click()
    expect_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Retirer").click()

    assert page.get_by_text("Aucune fermeture n’est inscrite.").count() == 1
