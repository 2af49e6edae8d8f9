"""In a real browser: a doctor trains from the first chapter to the certificate."""

import pytest
from django.urls import reverse

from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import IndicationFactory, ListingFactory
from tests.training.factories import AssessmentFactory, ChapterFactory
from training.models import Attempt, Completion


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


def follow_the_chapters(page):
    page.goto(reverse("training:mine"))
    expect_accessible(page)
    page.click("text=Suivre cette formation")
    expect_accessible(page)
    page.click("text=Commencer")
    page.wait_for_selector("h1:has-text('Le cadre')")
    expect_accessible(page)
    page.click("text=J’ai suivi ce chapitre")
    page.wait_for_selector("h1:has-text('Les formes')")
    page.click("text=J’ai suivi ce chapitre")
    page.click("text=Passer le questionnaire")
    page.wait_for_selector("h1:has-text('Questionnaire')")
    expect_accessible(page)


def fail_then_pass(page):
    page.check("[name=duree][value=b]", force=True)
    page.check("[name=voies][value=a]", force=True)
    page.click("text=Envoyer mes réponses")
    page.wait_for_selector("text=Seuil non atteint")
    expect_accessible(page)
    page.click("text=Recommencer le questionnaire")
    page.check("[name=duree][value=a]", force=True)
    page.check("[name=voies][value=a]", force=True)
    page.check("[name=voies][value=b]", force=True)
    page.click("text=Envoyer mes réponses")
    page.wait_for_selector("text=Questionnaire réussi")
    expect_accessible(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_doctor_trains(open_page, width):
    test = AssessmentFactory()
    ChapterFactory(course=test.course, title="Le cadre", position=1)
    ChapterFactory(course=test.course, title="Les formes", position=2)
    member = MemberFactory(programme=test.course.programme)
    page = open_page(width=width, member=member)

    follow_the_chapters(page)
    fail_then_pass(page)

    assert page.get_by_text("Attestation (PDF)").is_visible()
    assert list(Attempt.objects.order_by("number").values_list("is_passed", flat=True)) == [
        False,
        True,
    ]
    done = Completion.objects.get()
    pdf = page.request.get(reverse("training:certificate", args=[done.public_id]))
    assert pdf.body()[:5] == b"%PDF-"
    page.goto(reverse("training:mine"))
    assert page.get_by_text("Formation à jour").is_visible()
    expect_accessible(page)


def test_the_map_is_walked_by_keyboard(page):
    listing = ListingFactory(indication=IndicationFactory(), site__departement="971")
    page.goto(reverse("training:places"))
    expect_accessible(page)

    page.focus("a[aria-label^='Guadeloupe']")
    page.keyboard.press("Enter")

    page.wait_for_url("**departement=971**")
    assert page.get_by_role("row", name=listing.site.name).is_visible()
    expect_accessible(page)
