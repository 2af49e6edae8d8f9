"""A doctor corrects a visit, reads its history, and prints who opened the record."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from followup.models import Answers
from tests.accessible import expect_accessible
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def held_visit():
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    return AnswersFactory(visit=VisitFactory(enrolment=enrolment, done=True))


def correct(page, answers):
    """The pain was 4, says the medical record."""
    page.goto(reverse("followup:visit", args=[answers.visit.public_id]))
    page.get_by_role("link", name="Corriger").click()
    page.fill(f"[name='{answers.version.questionnaire.code}-pain']", "4")
    page.select_option("[name=correction_reason]", "SOURCE_CHECKED")
    page.get_by_role("button", name="Enregistrer la correction").click()
    page.wait_for_selector("text=La correction est enregistrée")
    assert Answers.objects.get().data == {"pain": 4}


def text_of(page, link):
    """The text of a paper, from the bytes that the browser downloads."""
    paper = PdfReader(io.BytesIO(page.context.request.get(link.get_attribute("href")).body()))
    return " ".join(paper.pages[0].extract_text().split())


def test_correct_then_read_the_history_of_the_visit_and_of_one_answer(open_page):
    answers = held_visit()
    doctor = answers.visit.held_by
    page = open_page(member=doctor)
    correct(page, answers)

    page.get_by_role("link", name="Historique de la consultation").click()
    page.wait_for_selector("h2:has-text('Historique d’un acte')")
    first = page.locator(".rc-trail__act").first
    for words in (
        "Consultation corrigée",
        "Relecture du dossier médical",
        doctor.user.full_name,
    ):
        assert words in first.inner_text()
    row = first.locator("tr", has_text="Intensité de la douleur")
    assert (row.locator("del").inner_text(), row.locator("ins").inner_text()) == ("6", "4")
    expect_accessible(page)

    row.get_by_role("link").click()
    page.wait_for_selector("h2:has-text('Historique d’une donnée')")
    assert page.locator(".rc-trail__act").count() == 2


def test_who_opened_the_record_is_read_and_printed(open_page):
    answers = held_visit()
    doctor = answers.visit.held_by
    page = open_page(member=doctor)
    correct(page, answers)

    page.get_by_role("link", name="Historique", exact=True).click()
    page.get_by_role("link", name="Qui a ouvert ce dossier").click()
    page.wait_for_selector("h2:has-text('Qui a ouvert ce dossier')")

    assert "Consultation corrigée" in page.locator("tbody").inner_text()
    expect_accessible(page)
    paper = text_of(page, page.get_by_role("link", name="Imprimer pour le patient"))
    assert "Qui a ouvert votre dossier" in paper
    assert doctor.user.full_name in paper
