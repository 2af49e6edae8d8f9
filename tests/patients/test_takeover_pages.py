"""The pages of a takeover: columns to fill in, the file sent, its preview, its faults, the act."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core.models import JournalLine
from patients.enums import DuplicateState
from patients.models import Enrolment, PossibleDuplicate, TakeoverFile
from patients.takeover import forms
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import a_setting, an_inclusion
from tests.patients.takeovers import TakeoverFileFactory, a_line, table
from tests.patients.test_inclusion import include


FILES = reverse("patients:takeovers")


@pytest.fixture
def setting():
    return a_setting()


@pytest.fixture
def doctor(setting, sign_in):
    return sign_in(setting.doctor)


def send(client, setting, content):
    file = SimpleUploadedFile("patients.csv", content)
    return client.post(FILES, {"programme": setting.programme.code, "file": file}, follow=True)


def the(name):
    return reverse(f"patients:{name}", args=[TakeoverFile.objects.get().public_id])


def seen(page):
    return page.content.decode().split('name="seen" value="')[1].split('"')[0]


def test_the_template_and_its_notice_name_the_columns(doctor, setting):
    query = {"programme": setting.programme.code}
    template = doctor.get(reverse("patients:takeover_template"), query).content.decode()
    notice = doctor.get(reverse("patients:takeover_notice"), query).content.decode()

    assert template.startswith("\ufeffancien_numero;nom_naissance;prenoms;")
    assert f"critere_{setting.criterion.code}" in template
    assert "inclus_le;oui;" in notice
    assert f"indication;oui;code\u202f: {setting.indication.code}" in notice
    assert doctor.get(reverse("patients:takeover_template")).status_code == 404


def test_a_file_is_sent_previewed_and_taken_over(doctor, setting):
    page = send(doctor, setting, table(a_line(setting)))
    assertContains(page, "rien n’est encore enregistré")
    assertContains(page, "MARTIN Jeanne")

    done = doctor.post(the("confirm_takeover"), {"seen": seen(page)}, follow=True)

    assertContains(done, "Les patients du fichier sont repris.")
    assert Enrolment.objects.count() == 1
    again = doctor.post(the("confirm_takeover"), {"seen": seen(page)}, follow=True)
    assertContains(again, "déjà été repris")
    assert doctor.get(the("takeover_problems")).status_code == 404
    assertContains(doctor.get(FILES), "Repris")
    taken = Enrolment.objects.get().public_id
    assertContains(doctor.get(reverse("patients:inclusion", args=[taken])), "A-1")


def test_who_looks_alike_is_told_apart_on_the_page(doctor, setting):
    known = include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin"))).patient
    page = send(doctor, setting, table(a_line(setting, nom_naissance="Martim")))
    assertContains(page, "Ressemblance")
    assertContains(page, "nom proche")

    doctor.post(
        the("confirm_takeover"),
        {"seen": seen(page), "different": [f"2:{known.public_id}"]},
    )

    assert PossibleDuplicate.objects.get().state == DuplicateState.DIFFERENT


@pytest.mark.parametrize("posted", [{}, {"seen": "0" * 64}, {"seen": "0" * 64, "different": "x"}])
def test_an_answer_to_another_preview_takes_nothing(doctor, setting, posted):
    send(doctor, setting, table(a_line(setting)))

    answer = doctor.post(the("confirm_takeover"), posted, follow=True)

    assertContains(answer, "a changé depuis cet aperçu")
    assert not Enrolment.objects.exists()


def test_a_file_with_faults_cannot_be_taken_and_its_faults_are_a_table(doctor, setting):
    page = send(doctor, setting, table(a_line(setting, sexe="=X", inclus_le="hier")))
    assertContains(page, "2 erreurs")
    assertNotContains(page, "Reprendre 1 patient")

    faults = doctor.get(the("takeover_problems"))

    told = faults.content.decode()
    assert "2;inclus_le;hier;erreur;" in told
    assert "2;sexe;'=X;erreur;" in told
    assert JournalLine.objects.filter(action="takeover.problems_exported").exists()


def test_a_file_that_is_no_table_says_why_beside_the_field(doctor, setting, monkeypatch):
    assertContains(send(doctor, setting, b"nom\nMartin\n"), "Colonne absente du fichier")
    monkeypatch.setattr(forms, "MOST_BYTES", 3)
    assertContains(send(doctor, setting, b"nom;prenom\n"), "Ce fichier dépasse")

    assert not TakeoverFile.objects.exists()


@pytest.mark.parametrize("name", ["Martin", "Martim"])
def test_whoever_is_shown_of_another_structure_finds_it_among_the_accesses(doctor, setting, name):
    """Refused as the same person, or shown as somebody alike."""
    theirs = EnrolmentFactory(
        indication=setting.indication, patient__person=PersonFactory(birth_name="Martin")
    )

    page = send(doctor, setting, table(a_line(setting, nom_naissance=name)))

    assertContains(page, theirs.site.name)
    line = JournalLine.objects.filter(action="identity.compared").get()
    assert (line.subject, line.user_id) == (str(theirs.public_id), setting.doctor.user_id)


def test_files_are_not_a_way_of_asking_who_is_known(doctor, setting, monkeypatch):
    monkeypatch.setattr("patients.takeover.views.SENT", 1)
    send(doctor, setting, table(a_line(setting)))

    assertContains(send(doctor, setting, table(a_line(setting))), "Trop de fichiers")

    assert TakeoverFile.objects.count() == 1


def test_a_file_is_left(doctor, setting):
    send(doctor, setting, table(a_line(setting)))

    assertContains(doctor.post(the("abandon_takeover"), follow=True), "rien n’a été enregistré")
    assertContains(doctor.post(the("abandon_takeover"), follow=True), "déjà été repris")
    assertContains(doctor.get(the("takeover")), "son contenu a été effacé")


def test_the_list_is_short_of_queries(doctor, setting, django_assert_num_queries):
    for _ in range(3):
        TakeoverFileFactory(sent_by=setting.doctor, programme=setting.programme)
    other = TakeoverFileFactory(programme=setting.programme)
    doctor.get(FILES)

    # Session, user, member, programmes twice, files, indications and criteria of the columns.
    with django_assert_num_queries(10):
        page = doctor.get(FILES)

    assertContains(page, "À confirmer", count=3)
    assertNotContains(page, other.public_id)


def test_without_a_programme_nothing_is_sent(sign_in):
    page = sign_in(MemberFactory()).get(FILES)

    assertContains(page, "Vous n’êtes habilité pour aucun programme")
