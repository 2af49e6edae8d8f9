"""A doctor corrects a visit, reads its history, and prints who opened the record."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from pypdf import PdfReader

from followup.models import Answers
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def violations(page):
    report = Axe().run(page, options={"resultTypes": ["violations"]})
    return [one["id"] for one in report.response["violations"]]


def held_visit():
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    return AnswersFactory(visit=VisitFactory(enrolment=enrolment, done=True))


def test_correct_then_read_history_then_print_who_opened_it(open_page):
    answers = held_visit()
    visit, doctor = answers.visit, answers.visit.held_by
    page = open_page(member=doctor)
    page.goto(reverse("followup:visit", args=[visit.public_id]))
    page.get_by_role("link", name="Corriger").click()
    page.fill(f"[name='{answers.version.questionnaire.code}-pain']", "4")
    page.select_option("[name=correction_reason]", "SOURCE_CHECKED")
    page.get_by_role("button", name="Enregistrer la correction").click()
    page.wait_for_selector("text=La correction est enregistrée")
    assert Answers.objects.get().data == {"pain": 4}

    page.get_by_role("link", name="Historique de la consultation").click()
    page.wait_for_selector("h2:has-text('Historique d’un acte')")
    first = page.locator(".rc-trail__act").first
    assert "Consultation corrigée" in first.inner_text()
    assert "Relecture du dossier médical" in first.inner_text()
    assert doctor.user.full_name in first.inner_text()
    row = first.locator("tr", has_text="Intensité de la douleur")
    assert (row.locator("del").inner_text(), row.locator("ins").inner_text()) == ("6", "4")
    assert violations(page) == []

    row.get_by_role("link").click()
    page.wait_for_selector("h2:has-text('Historique d’une donnée')")
    assert page.locator(".rc-trail__act").count() == 2
    page.get_by_role("link", name="Tout l’historique").click()
    page.get_by_role("link", name="Qui a ouvert ce dossier").click()
    page.wait_for_selector("h2:has-text('Qui a ouvert ce dossier')")
    assert "Consultation corrigée" in page.locator("tbody").inner_text()
    assert violations(page) == []

    link = page.get_by_role("link", name="Imprimer pour le patient").get_attribute("href")
    paper = PdfReader(io.BytesIO(page.context.request.get(link).body()))
    text = " ".join(paper.pages[0].extract_text().split())
    assert "Qui a ouvert votre dossier" in text
    assert doctor.user.full_name in text
