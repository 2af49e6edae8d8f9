"""The switch of site, a substitution and an exceptional access, as a browser shows them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from patients.models import BrokenGlass
from tests.accessible import expect_accessible, faults
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import trained
from tests.programmes.factories import ProgrammeFactory
from tests.sessions import one_time_code


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def followed(programme, name, **fields):
    """A patient of that birth name."""
    return EnrolmentFactory(
        indication__programme=programme,
        patient__person=PersonFactory(birth_name=name, used_name=""),
        **fields,
    )


def test_one_person_switches_between_two_places_and_sees_each_apart(open_page):
    programme = ProgrammeFactory()
    centre = MemberFactory(programme=programme)
    practice = MemberFactory(user=centre.user, role=Role.RELAY_DOCTOR, programme=programme)
    followed(programme, "Delacroix", included_by=centre)
    followed(programme, "Fontanel", relay_doctor=practice)
    page = open_page(member=centre)

    page.goto("/connexion/role/")
    assert faults(page) == []
    page.get_by_role(
        "button", name=f"Agir sous ce rôle : Médecin relais, {practice.site.name}"
    ).click()
    page.wait_for_selector(f".rc-who:has-text('{practice.site.name}')")
    page.goto("/patients/")
    assert page.get_by_text("Fontanel").count() >= 1
    assert page.get_by_text("Delacroix").count() == 0
    page.goto("/connexion/role/")
    page.get_by_role("button", name=f"{centre.site.name}").click()
    page.wait_for_selector(f".rc-who:has-text('{centre.site.name}')")
    page.goto("/patients/")

    assert page.get_by_text("Delacroix").count() >= 1
    assert page.get_by_text("Fontanel").count() == 0


# As long as a real one: the header says the place, whom one replaces and until when.
LONG = "Maison de santé pluriprofessionnelle des Tilleuls et du Vieux-Pont"


def test_a_doctor_is_replaced_and_the_locum_sees_the_patients_until_the_day(open_page):
    programme = ProgrammeFactory(training_required=True)
    doctor = trained(programme, role=Role.RELAY_DOCTOR, site__name=LONG)
    locum = trained(programme, role=Role.RELAY_DOCTOR)
    followed(programme, "Fontanel", relay_doctor=doctor)
    one_time_code(doctor.user)
    page = open_page(member=doctor)
    page.goto("/compte/")
    page.get_by_role("link", name="Remplacements").click()
    page.fill("[name=identifier]", locum.user.rpps)
    page.fill("[name=starts_on]", f"{timezone.localdate():%d/%m/%Y}")
    page.fill("[name=until]", f"{timezone.localdate() + timedelta(days=7):%d/%m/%Y}")
    page.fill("[name=secret]", one_time_code(doctor.user))
    page.get_by_role("button", name="Désigner ce remplaçant").click()
    page.wait_for_selector("text=En cours")
    assert faults(page) == []

    other = open_page(member=locum)
    other.goto("/connexion/role/")
    assert other.get_by_text(f"Remplacement de {doctor.user.full_name}").count() == 1
    other.get_by_role("button", name=f"{doctor.site.name}").click()
    other.wait_for_selector(f".rc-who:has-text('remplace {doctor.user.full_name}')")
    other.goto("/patients/")
    assert other.get_by_text("Fontanel").count() >= 1
    expect_accessible(other)
    page.get_by_role("button", name="Arrêter").click()
    page.wait_for_selector("text=Arrêté")
    other.goto("/")
    other.wait_for_url("**/connexion/**")
    assert other.get_by_text("Fontanel").count() == 0


def test_an_exceptional_access_is_read_and_the_referent_says_they_saw_it(open_page):
    programme = ProgrammeFactory()
    referent = MemberFactory(programme=programme, is_referent=True)
    enrolment = followed(programme, "Delacroix", included_by=referent)
    doctor = MemberFactory(programme=programme)
    page = open_page(member=doctor)

    page.goto("/patients/")
    page.get_by_role("link", name="Accès exceptionnel au dossier").click()
    page.fill("[name=number]", enrolment.number)
    page.fill("[name=reason]", "Patient adressé en urgence cette nuit")
    page.get_by_role("button", name="Ouvrir le dossier").click()
    page.wait_for_selector("text=Accès exceptionnel jusqu’à")
    assert page.get_by_text("Delacroix").count() >= 1
    assert faults(page) == []
    page.get_by_role("link", name="Ordonnances").first.click()
    page.wait_for_selector("text=lecture seule")
    assert page.get_by_role("link", name="Prescrire").count() == 0

    lead = open_page(member=referent)
    lead.goto("/patients/")
    lead.get_by_role("link", name="En prendre connaissance").click()
    lead.wait_for_selector("text=adressé en urgence")
    lead.get_by_role("button", name="J’en ai pris connaissance").click()
    lead.wait_for_selector("text=Vu par")

    assert BrokenGlass.objects.get().acknowledged_by == referent
