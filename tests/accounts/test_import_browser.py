"""In a real browser: a file with faults, then the same one corrected, previewed and confirmed."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.training.factories import CourseFactory
from training.models import Completion


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]

HEADINGS = "rpps;nom;programme;terminee_le;numero\n"


def send(page, folder, text):
    """Send a file of these lines from the page of imports."""
    path = folder / "formations.csv"
    path.write_text(HEADINGS + text)
    page.goto(reverse("accounts:imports"))
    expect_accessible(page)
    page.check("[name=kind][value=COMPLETIONS]", force=True)
    page.set_input_files("[name=file]", path)
    page.click("text=Lire le fichier")
    page.wait_for_selector("text=Empreinte SHA-256")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_manager_corrects_a_file_then_imports_it(open_page, tmp_path, width):
    course = CourseFactory()
    code = course.programme.code
    doctor = MemberFactory(user__last_name="Durand")
    page = open_page(
        width=width, member=MemberFactory(role=Role.MANAGER, programme=course.programme)
    )

    send(page, tmp_path, f"{doctor.user.rpps};Durand;{code};31/02/2021;A1\n")
    page.wait_for_selector("text=1 erreur")
    assert page.get_by_role("row", name="terminee_le").is_visible()
    assert page.get_by_text("Importer tout").count() == 0
    expect_accessible(page)
    page.click("text=Abandonner ce fichier")
    page.wait_for_selector("text=rien n’a été changé")

    send(page, tmp_path, f"{doctor.user.rpps};DURAND;{code};01/04/2021;A1\n")
    assert page.get_by_role("row", name="Nouveau").is_visible()
    expect_accessible(page)
    page.click("text=Importer tout")
    page.wait_for_selector("text=Fichier importé.")
    expect_accessible(page)

    assert Completion.objects.get().user == doctor.user
