"""On a phone: a minor is included with a parent's signature, a protected adult with a tutor's."""

import pytest

from patients.models import Consent, Enrolment
from patients.representatives import read
from tests.patients.situations import a_setting
from tests.patients.test_browser import MOST_FIELDS, Doctor, sign
from tests.programmes.factories import ProgrammeLinkFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


def sign_for(doctor, person, quality):
    doctor.tick(person)
    doctor.type("Représentant qui a signé", "Paul Martin")
    doctor.choose("En qualité de", quality)
    sign(doctor)


def fill(doctor, setting, born):
    doctor.tick(setting.indication.label)
    doctor.type("Traitement 1", "Valproate")
    doctor.choose("Résultat", "INSUFFICIENT")
    doctor.choose("Devenir", "STOPPED_BEFORE")
    doctor.tick("Non", among=setting.criterion.text)
    doctor.go_on()
    doctor.type("Nom de naissance", "Martin")
    doctor.type("Prénoms", "Louise")
    doctor.tick("Féminin")
    doctor.type("Date de naissance", born)
    doctor.go_on()
    doctor.go_on()


@pytest.mark.parametrize(
    ("person", "quality", "born", "kind"),
    [
        ("Personne mineure", "PARENT", "12/05/2015", "MINOR"),
        ("Personne majeure protégée", "TUTOR", "12/05/1980", "PROTECTED_ADULT"),
    ],
)
def test_somebody_who_is_represented_is_included(open_page, person, quality, born, kind):
    setting = a_setting()
    ProgrammeLinkFactory(programme=setting.programme, person_kind="REPRESENTATIVE")
    page = open_page(width=390, member=setting.doctor)
    doctor = Doctor(page)

    page.goto("/patients/inclure/")
    doctor.go_on("Commencer")
    sign_for(doctor, person, quality)
    fill(doctor, setting, born)
    doctor.tick("J’ai relu ces informations et je confirme l’inclusion de ce patient")
    doctor.go_on("Inclure le patient")
    page.wait_for_url("**/patients/*-*/")

    enrolment = Enrolment.objects.get()
    consents = list(Consent.objects.filter(enrolment=enrolment, kind="PARTICIPATION"))
    assert [one.person_kind for one in consents] == [kind]
    assert [(one.name, one.quality) for one in read(enrolment, consents)] == [
        ("Paul Martin", quality)
    ]
    print(f"{doctor.fields} champs")  # noqa: T201  issue 4 asks for the count
    assert doctor.fields <= MOST_FIELDS
