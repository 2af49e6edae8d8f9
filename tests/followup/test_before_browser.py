"""A patient on their telephone, then the doctor: the whole way in a browser."""

import re

import pytest
from django.urls import reverse

from followup.enums import VisitStatus
from tests.accessible import expect_accessible
from tests.followup.test_before import pain, visit  # noqa: F401  a fixture


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def hand_over(doctor, address):
    """Make the link; returns its token and its code, shown once."""
    doctor.goto(address)
    doctor.click("text=Réponses du patient avant la consultation")
    with doctor.expect_navigation():
        doctor.click("text=Créer un lien pour le patient")
    expect_accessible(doctor)
    link, code = doctor.locator(".rc-code").all_inner_texts()
    return re.search(r"/reponses/([^/]+)/", link)[1], code


def answer(patient, token, code, field):
    """On a telephone: the code, the question, a page that is read again, and the sending."""
    patient.goto(reverse("followup:patient_link", args=[token]))
    assert patient.url.endswith("/reponses/")
    expect_accessible(patient)
    patient.fill("input[name=code]", code)
    with patient.expect_navigation():
        patient.click("text=Continuer")
    patient.fill(field, "4")
    patient.wait_for_selector("text=Brouillon enregistré à")
    patient.reload()
    assert patient.input_value(field) == "4"
    expect_accessible(patient)
    patient.click("text=Envoyer mes réponses")
    patient.wait_for_selector("text=Vos réponses sont envoyées")


def test_from_the_link_to_the_visit(open_page, visit):  # noqa: F811
    address, field = reverse("followup:visit", args=[visit.public_id]), f"[name='{pain(visit)}']"
    doctor = open_page(member=visit.enrolment.included_by)
    token, code = hand_over(doctor, address)

    answer(open_page(width=390), token, code, field)

    doctor.goto(address)
    doctor.check("text=Reprendre – ", force=True)
    assert doctor.input_value(field) == "4"
    expect_accessible(doctor)
    doctor.check("input[name=decision][value=CONTINUE]", force=True)
    doctor.click("text=Valider la consultation")
    doctor.wait_for_selector("text=La consultation est enregistrée.")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.DONE
    assert visit.answers.get().data == {"pain": 4}
