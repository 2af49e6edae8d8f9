"""In a real browser: a file with a fault, then the same one corrected, and a twin told apart."""

import pytest
from django.urls import reverse

from patients.models import Enrolment
from tests.accessible import expect_accessible
from tests.patients.factories import PersonFactory
from tests.patients.situations import a_setting, an_inclusion
from tests.patients.takeovers import a_line, table
from tests.patients.test_inclusion import include


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


def send(page, folder, line):
    path = folder / "patients.csv"
    path.write_bytes(table(line, encoding="cp1252"))
    page.goto(reverse("patients:takeovers"))
    expect_accessible(page)
    page.set_input_files("[name=file]", path)
    with page.expect_navigation():
        page.get_by_role("button", name="Lire le fichier").click()


def test_a_structure_takes_its_patients_over_on_a_phone(open_page, tmp_path):
    setting = a_setting()
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Lœb")))
    page = open_page(width=390, member=setting.doctor)

    send(page, tmp_path, a_line(setting, nom_naissance="Lœb", prenoms="Jane", sexe="?"))
    assert page.get_by_text("1 erreur : ce fichier ne peut pas être repris").is_visible()
    assert page.get_by_text("«\u202f?\u202f»").is_visible()
    expect_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Abandonner ce fichier").click()

    send(page, tmp_path, a_line(setting, nom_naissance="Lœb", prenoms="Jane"))
    page.get_by_text("Ce n’est pas la même personne").click()
    expect_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Reprendre 1 patient").click()
    assert page.get_by_text("Les patients du fichier sont repris.").is_visible()
    expect_accessible(page)

    assert Enrolment.objects.filter(late_reason="IMPORT").count() == 1
