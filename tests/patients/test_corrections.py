"""Putting an identity right after the inclusion, and changing the key it is searched by."""

import base64
import datetime
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.urls import reverse
from pytest_django.asserts import assertContains

from core import checks, keys
from core.models import JournalLine, KeyRecord
from patients import actions, identity
from patients.actions.identity import Correction
from patients.enums import CorrectionReason
from patients.identity import Person
from patients.models import IdentityIndex, Patient, PossibleDuplicate
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.patients.situations import NOON


JEANNE = Person("Martin", ["Jeanne", "Marie"], "F", datetime.date(1980, 5, 12), birth_place="69123")


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=JEANNE)


def correct(enrolment, person, reason=CorrectionReason.TYPO):
    by = enrolment.included_by
    return actions.correct_identity(enrolment, Correction(person, reason), by=by, at=NOON)


def test_a_correction_changes_everything_and_the_journal_keeps_what_was(enrolment):
    right = replace(JEANNE, birth_name="Martyn", birth_date=datetime.date(1981, 5, 12), sex="I")

    changed = correct(enrolment, right)

    patient = Patient.objects.get()
    assert changed == ["birth_date", "birth_name", "sex"]
    assert identity.open_one(patient) == right
    assert (patient.birth_year, patient.sex) == (1981, "I")
    by = enrolment.included_by
    assert identity.search(by, name="martyn", birth_date=right.birth_date).count() == 1
    assert not identity.search(by, name="martin").exists()
    line = JournalLine.objects.get(action="identity.corrected")
    assert "Martin" not in str(line.detail)
    old = base64.b64decode(line.detail["before"])
    assert b"Martin" in keys.unseal(patient.key_id, old, aad=str(patient.public_id))


def test_nothing_new_writes_nothing(enrolment):
    assert correct(enrolment, JEANNE) == []
    assert not JournalLine.objects.exists()


def test_who_looks_alike_is_compared_again(enrolment):
    other = EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Durand"))

    correct(other, replace(JEANNE, birth_name="Martyn"))

    assert PossibleDuplicate.objects.get().second == other.patient


def test_the_civil_status_of_another_patient_is_refused_and_noted(enrolment):
    other = EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Durand"))

    with pytest.raises(actions.CannotCorrect, match="exactement cet état civil"):
        correct(other, replace(JEANNE, phone="06"))

    assert identity.open_one(other.patient).birth_name == "Durand"
    assert PossibleDuplicate.objects.get().score == 100


def test_of_somebody_without_participation_no_pair_is_noted(enrolment):
    PatientFactory(person=replace(JEANNE, birth_name="Durand"))

    with pytest.raises(actions.CannotCorrect):
        correct(enrolment, replace(JEANNE, birth_name="Durand"))

    assert not PossibleDuplicate.objects.exists()


def test_a_race_for_the_same_civil_status_is_refused_by_the_database(enrolment, monkeypatch):
    EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Durand"))
    monkeypatch.setattr("patients.actions.identity._namesake", lambda *_given: None)

    with pytest.raises(actions.CannotCorrect):
        correct(enrolment, replace(JEANNE, birth_name="Durand"))

    assert identity.open_one(enrolment.patient) == JEANNE


def test_a_homonym_keeps_its_rank_when_only_the_contacts_change(enrolment):
    homonym = EnrolmentFactory()
    identity.write(homonym.patient, JEANNE, homonym_no=1)

    correct(homonym, replace(JEANNE, phone="06 11 11 11 11"), CorrectionReason.CONTACT)

    assert IdentityIndex.objects.get(patient=homonym.patient).homonym_no == 1


def test_an_erased_identity_is_not_corrected(enrolment):
    KeyRecord.objects.filter(pk=enrolment.patient.key_id).delete()

    with pytest.raises(actions.CannotCorrect, match="effacée"):
        correct(enrolment, replace(JEANNE, phone="06"))


# --- Page ------------------------------------------------------------------------------------


def address(enrolment):
    return reverse("patients:correct_identity", args=[enrolment.public_id])


SENT = {
    "birth_name": "Martyn", "first_names": "Jeanne Marie", "sex": "F", "birth_date": "12/05/1980",
    "birth_place": "69123", "correction": "TYPO",
}  # fmt: skip


def test_the_page_shows_what_is_known_and_corrects_it(sign_in, enrolment):
    client = sign_in(enrolment.included_by)

    assertContains(client.get(address(enrolment)), 'value="12/05/1980"')
    assertContains(client.post(address(enrolment), SENT, follow=True), "est corrigée")
    assert identity.open_one(Patient.objects.get()).birth_name == "Martyn"
    assertContains(client.post(address(enrolment), SENT, follow=True), "Rien n’a changé")


def test_a_birth_that_is_not_wholly_known_stays_so(sign_in):
    person = replace(JEANNE, birth_date=datetime.date(1980, 5, 1), birth_precision="MONTH")
    enrolment = EnrolmentFactory(
        patient__person=replace(person, birth_place="99999"), consent=False
    )

    page = sign_in(enrolment.included_by).get(address(enrolment))

    assertContains(page, 'value="05/1980"')
    assert page.context["form"]["birth_place"].value() == ""


def test_a_refusal_is_told_in_the_form(sign_in, enrolment):
    EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Martyn"))

    page = sign_in(enrolment.included_by).post(address(enrolment), SENT)

    assertContains(page, "exactement cet état civil")


@pytest.mark.parametrize("which", ["another structure", "erased"])
def test_there_is_no_page(sign_in, enrolment, which):
    client = sign_in(enrolment.included_by)
    if which == "erased":
        KeyRecord.objects.filter(pk=enrolment.patient.key_id).delete()
    else:
        enrolment = EnrolmentFactory(patient__person=True)

    assert client.get(address(enrolment)).status_code == 404


# --- Key of the indexes ----------------------------------------------------------------------


def test_identities_are_found_again_under_a_new_key(enrolment, settings, capsys):
    KeyRecord.objects.filter(pk=PatientFactory(person=PersonFactory()).key_id).delete()
    assert identity.index_problems() == []
    settings.IDENTITY_INDEX_KEY = "another key"
    assert not identity.search(enrolment.included_by, name="Martin").exists()
    assert len(identity.index_problems()) == 1

    call_command("rotate_index")

    assert "1 identité(s)" in capsys.readouterr().out
    assert list(identity.search(enrolment.included_by, name="Martin")) == [enrolment]
    assert identity.index_problems() == []


def test_the_wrong_key_of_indexes_does_not_serve(enrolment, settings):
    keys.make_canary()
    settings.IDENTITY_INDEX_KEY = "another key"

    with pytest.raises(checks.ImproperlyConfigured, match="IDENTITY_INDEX_KEY"):
        checks.refuse_unsafe_start()


def test_an_empty_registry_serves():
    assert identity.index_problems() == []
