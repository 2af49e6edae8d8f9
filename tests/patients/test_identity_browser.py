"""A likeness is told while typing, a twin is accepted; transfers, unions, the manager’s pages."""

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.enums import Role
from patients.enums import ConsentKind, DuplicateState
from patients.identity import Person
from patients.models import Enrolment, Nir, PossibleDuplicate, Transfer
from programmes.models import Opening
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.patients.factories import (
    ConsentFactory,
    DerogationFactory,
    EnrolmentFactory,
    MergeFactory,
    NotIncludedFactory,
    PairFactory,
)
from tests.patients.situations import a_setting, trained
from tests.patients.test_browser import Doctor, sign
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import CriterionFactory, ListingFactory, OpeningFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]

JEANNE = Person("Martin", ["Jeanne"], "F", datetime.date(1960, 5, 12))


def begin(page):
    """An inclusion, its first step done."""
    doctor = Doctor(page)
    page.goto("/patients/inclure/")
    doctor.go_on("Commencer")
    sign(doctor)
    return doctor


def name_the_twin(doctor, known):
    """The likeness is told as soon as a name and a date are typed, and follows what is typed."""
    doctor.type("Nom de naissance", "MARTYN")
    doctor.type("Prénoms", "Jeanne")
    doctor.tick("Féminin")
    doctor.type("Date de naissance", "12/05/1960")
    doctor.page.get_by_text("Déjà connu").wait_for()
    assert doctor.page.get_by_role("link", name=known.number).is_visible()
    doctor.type("Nom de naissance", "Martin")
    doctor.type("Prénoms", "Anne")
    doctor.page.get_by_text("prénom différent").wait_for()


def eligible(doctor, setting):
    doctor.tick(setting.indication.label)
    doctor.type("Traitement 1", "Valproate 500 mg")
    doctor.choose("Résultat", "INSUFFICIENT")
    doctor.choose("Devenir", "KEPT")
    doctor.tick("Non", among=setting.criterion.text)


def test_a_likeness_is_told_while_typing_and_a_twin_is_accepted(open_page):
    setting = a_setting()
    known = EnrolmentFactory(
        indication=setting.indication, included_by=setting.doctor, patient__person=JEANNE
    )
    doctor = begin(open_page(width=390, member=setting.doctor))
    eligible(doctor, setting)
    assert doctor.page.get_by_text("Interaction\u202f: antiépileptiques").is_visible()
    doctor.go_on()

    name_the_twin(doctor, known)
    doctor.go_on()
    doctor.go_on()
    assert doctor.page.get_by_text("Valproate 500 mg (antiépileptiques)").is_visible()
    doctor.page.get_by_text("Ce n’est pas la même personne").first.click()
    doctor.tick("J’ai relu ces informations et je confirme l’inclusion de ce patient")
    doctor.go_on("Inclure le patient")

    doctor.page.wait_for_url("**/patients/*-*/")
    assert Enrolment.objects.count() == 2
    assert PossibleDuplicate.objects.get().state == DuplicateState.DIFFERENT


def test_who_is_not_included_is_counted(open_page, look):
    setting = a_setting()
    page = open_page(**look, member=setting.doctor)
    doctor = begin(page)
    eligible(doctor, setting)
    doctor.tick("Oui", among=setting.criterion.text)
    doctor.go_on()

    page.get_by_role("link", name="Consigner la non-inclusion").click()
    doctor.tick("40 à 64 ans")
    doctor.go_on("Consigner")

    page.get_by_text("La non-inclusion est consignée").wait_for()
    assert page.get_by_role("row").count() == 2
    expect_accessible(page)


def a_patient(setting):
    """Followed by the doctor; she authorises her number."""
    enrolment = EnrolmentFactory(
        indication=setting.indication,
        included_by=setting.doctor,
        patient__person=replace(JEANNE, birth_date=datetime.date(1980, 5, 12)),
    )
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, recorded_by=setting.doctor)
    return enrolment


def test_a_number_is_recorded_and_an_identity_corrected(open_page, look):
    setting = a_setting()
    enrolment = a_patient(setting)
    page = open_page(**look, member=setting.doctor)
    doctor = Doctor(page)

    page.goto(f"/patients/{enrolment.public_id}/inclusion/")
    page.get_by_role("link", name="Enregistrer ou voir le numéro").click()
    doctor.type("Numéro de sécurité sociale", NUMBER)
    doctor.go_on("Enregistrer le numéro")
    page.get_by_role("button", name="Afficher le numéro").click()
    page.get_by_text("Enregistré le").wait_for()
    expect_accessible(page)
    page.get_by_role("link", name="Revenir à l’inclusion").click()
    page.get_by_role("link", name="Corriger l’identité").click()
    doctor.type("Nom de naissance", "Martyn")
    doctor.tick("Faute de frappe")
    doctor.go_on("Enregistrer la correction")

    page.get_by_role("heading", name="MARTYN Jeanne").wait_for()
    assert Nir.objects.count() == 1


def test_a_transfer_is_asked_and_accepted(open_page, look):
    setting = a_setting()
    enrolment = a_patient(setting)
    other = trained(setting.programme, site__name="CHU d’accueil")
    ListingFactory(site=other.site, indication=setting.indication)
    page = open_page(**look, member=setting.doctor)
    doctor = Doctor(page)

    page.goto(f"/patients/{enrolment.public_id}/inclusion/")
    page.get_by_role("link", name="Demander un transfert").click()
    page.get_by_label("Structure demandée").select_option(index=1)
    doctor.tick("Le patient déménage")
    doctor.go_on("Demander le transfert")
    page.get_by_text("En attente de réponse").wait_for()
    expect_accessible(page)
    theirs = open_page(**look, member=other)
    theirs.goto("/dossiers/")
    expect_accessible(theirs)
    theirs.get_by_role("button", name="Accepter").click()

    theirs.get_by_text("La réponse est enregistrée").wait_for()
    assert Transfer.objects.get().state == "ACCEPTED"


def test_two_records_are_compared_and_united(open_page, scheme):
    pair = PairFactory()
    first = EnrolmentFactory(patient=pair.first)
    second = EnrolmentFactory(patient=pair.second, indication=first.indication)
    page = open_page(scheme=scheme, member=first.included_by)

    page.goto("/dossiers/")
    expect_accessible(page)
    page.get_by_role("link", name="Examiner").click()
    expect_accessible(page)
    page.get_by_role("button", name="Demander la réunion").click()
    page.get_by_text("La réunion est demandée").wait_for()
    theirs = open_page(scheme=scheme, member=second.included_by)
    theirs.goto(f"/dossiers/doublons/{pair.public_id}/")
    theirs.get_by_role("button", name="Approuver la réunion").click()
    theirs.get_by_text("La décision est enregistrée").wait_for()

    theirs.goto(f"/patients/{second.public_id}/inclusion/")
    assert theirs.get_by_text("Dossier réuni à un autre").is_visible()
    expect_accessible(theirs)


def test_the_manager_publishes_a_closure_and_looks_at_another_day(open_page, look):
    setting = a_setting(opinion_published_on=timezone.localdate())
    CriterionFactory(criteria_set=setting.criterion.criteria_set, text="Cœur fragile")
    OpeningFactory(programme=setting.programme, places=3000)
    manager = MemberFactory(role=Role.MANAGER, programme=setting.programme)
    page = open_page(**look, member=manager)
    doctor = Doctor(page)

    page.goto("/ouvertures/")
    page.get_by_role("link", name="Préparer un changement").click()
    doctor.tick("Fermeture des inclusions")
    doctor.type("À partir du", "01/01/2030")
    doctor.type("Ce que liront les médecins", "Inclusions suspendues")
    doctor.type("Source", "Décision d’essai")
    doctor.go_on("Enregistrer le brouillon")
    doctor.go_on("Publier")
    page.get_by_text("À venir").wait_for()
    expect_accessible(page)
    page.get_by_role("link", name="Comme si nous étions le…").click()
    doctor.type("Comme si nous étions le", "01/01/2030")
    doctor.go_on("Voir ce jour")

    page.get_by_text("Inclusions suspendues").wait_for()
    assert page.get_by_text("avis de la HAS est publié").is_visible()
    expect_accessible(page)
    assert Opening.objects.count() == 2


def test_what_the_agency_and_the_doctors_follow(open_page, look):
    setting = a_setting(opinion_published_on=timezone.localdate())
    enrolment = EnrolmentFactory(
        indication=setting.indication, included_by=setting.doctor, patient__person=JEANNE
    )
    DerogationFactory(enrolment=enrolment)
    merge = MergeFactory()
    for patient in (merge.pair.first, merge.pair.second):
        EnrolmentFactory(patient=patient)
    NotIncludedFactory(indication=setting.indication)
    manager = MemberFactory(role=Role.MANAGER, programme=setting.programme)

    agency = open_page(**look, member=manager)
    for address in ("/derogations/", "/non-inclusions/"):
        agency.goto(address)
        expect_accessible(agency)
    doctors = open_page(**look, member=setting.doctor)
    doctors.goto("/transition/")
    assert doctors.get_by_role("link", name="MARTIN Jeanne").is_visible()
    expect_accessible(doctors)
