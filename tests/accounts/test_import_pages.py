"""The pages of imports: sent, previewed, confirmed or left; faults as a harmless table."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.directories import forms
from accounts.enums import Role
from accounts.models import DirectoryProfessional, ImportedFile
from core.identifiers import make_rpps
from core.models import JournalLine
from tests.accounts.factories import MemberFactory
from tests.accounts.imports import ImportedFileFactory, professional, professionals


IMPORTS = reverse("accounts:imports")
RPPS = make_rpps(1234567)


@pytest.fixture
def manager(sign_in):
    return sign_in(MemberFactory(role=Role.MANAGER))


def upload(client, content, kind="PROFESSIONALS", **fields):
    content = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile("extrait.csv", content)
    return client.post(IMPORTS, {"kind": kind, "file": file, **fields}, follow=True)


def test_a_file_is_sent_previewed_and_confirmed(manager):
    page = upload(manager, professionals(professional(RPPS))).content.decode()
    assert "rien n’est encore importé" in page
    assert "Alex Exemple" in page
    file = ImportedFile.objects.get()
    seen = page.split('name="seen" value="')[1].split('"')[0]

    confirm = reverse("accounts:confirm_import", args=[file.public_id])
    answer = manager.post(confirm, {"seen": seen}, follow=True)

    assert "Fichier importé." in answer.content.decode()
    assert DirectoryProfessional.objects.count() == 1
    again = manager.post(confirm, {"seen": seen}, follow=True)
    assert "déjà été importé" in again.content.decode()


def test_a_preview_that_is_stale_is_shown_again(manager):
    upload(manager, professionals(professional(RPPS)))
    file = ImportedFile.objects.get()

    confirm = reverse("accounts:confirm_import", args=[file.public_id])
    answer = manager.post(confirm, {"seen": "0" * 64}, follow=True)

    assert "a changé depuis cet aperçu" in answer.content.decode()
    assert not DirectoryProfessional.objects.exists()


def test_a_file_with_faults_cannot_be_confirmed_and_its_faults_are_a_table(manager):
    page = upload(manager, professionals(professional("12"))).content.decode()
    assert "1 erreur" in page
    assert "Importer tout" not in page
    file = ImportedFile.objects.get()

    table = manager.get(reverse("accounts:import_problems", args=[file.public_id]))

    assert table["Content-Type"].startswith("text/csv")
    assert "2;Identifiant PP;erreur;Un numéro RPPS compte 11 chiffres." in table.content.decode()
    assert JournalLine.objects.filter(action="import.problems_exported").exists()


def test_a_file_that_is_no_table_says_why(manager):
    page = upload(manager, "nom\nBénédicte\n".encode("latin-1")).content.decode()

    assert "n’est pas encodé en UTF-8" in page
    file = ImportedFile.objects.get()
    table = manager.get(reverse("accounts:import_problems", args=[file.public_id]))
    assert "UTF-8" in table.content.decode()
    confirm = reverse("accounts:confirm_import", args=[file.public_id])
    answer = manager.post(confirm, {"seen": "x"}, follow=True)
    assert "UTF-8" in answer.content.decode()


def test_a_file_is_left(manager):
    upload(manager, professionals(professional(RPPS)))
    file = ImportedFile.objects.get()
    abandon = reverse("accounts:abandon_import", args=[file.public_id])

    assert "rien n’a été changé" in manager.post(abandon, follow=True).content.decode()
    assert "déjà été importé ou abandonné" in manager.post(abandon, follow=True).content.decode()

    page = manager.get(reverse("accounts:import", args=[file.public_id])).content.decode()
    assert "Abandonné" in page
    problems = reverse("accounts:import_problems", args=[file.public_id])
    assert manager.get(problems).status_code == 404


@pytest.mark.parametrize(
    ("content", "fields", "message"),
    [
        (b"", {}, "vide"),
        (b"x" * 20, {}, "dépasse"),
        (b"a", {"kind": "RUMOURS"}, "pas disponible"),
    ],
)
def test_what_is_no_file_is_refused_beside_its_field(
    manager, monkeypatch, content, fields, message
):
    monkeypatch.setattr(forms, "MOST_BYTES", 10)

    page = upload(manager, content, **{"kind": "PLACES", **fields}).content.decode()

    assert message in page or "Sélectionnez un choix valide" in page
    assert not ImportedFile.objects.exists()


def test_the_list_takes_the_same_queries_for_one_file_as_for_many(
    manager, django_assert_num_queries
):
    for _ in range(30):
        ImportedFileFactory()

    with django_assert_num_queries(5):  # session, user, device, member; files
        page = manager.get(IMPORTS).content.decode()

    assert page.count("essai.csv") == 25
    assert "Page suivante" in page


def test_a_whole_extract_is_never_of_completions(manager):
    upload(manager, "rpps\n", kind="COMPLETIONS", is_whole="on")

    assert ImportedFile.objects.get().is_whole is False
