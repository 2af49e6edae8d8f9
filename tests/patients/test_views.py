import datetime
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core.models import Document, JournalLine
from patients import draft
from patients.models import Consent, Enrolment
from programmes.models import Programme
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import a_setting, limited, trained, typed


@pytest.fixture
def setting():
    return a_setting()


@pytest.fixture
def doctor(setting, sign_in):
    return sign_in(setting.doctor)


@pytest.fixture
def draft_id(setting):
    return draft.start(setting.programme, by=setting.doctor, at=timezone.now())


def step_url(draft_id, step):
    return reverse("patients:step", args=[draft_id, step])


def walk(client, setting, draft_id, until="confirmation", **changes):
    """Send each step before `until`."""
    for step, data in typed(setting).items():
        if step == until:
            return
        response = client.post(step_url(draft_id, step), data | changes.get(step, {}))
        assert response.status_code == 302, step


# --- The steps --------------------------------------------------------------------------------


def test_a_patient_is_included_in_five_steps(doctor, setting):
    start = doctor.post(reverse("patients:include"), {"programme": setting.programme.public_id})
    draft_id = start.url.split("/")[3]
    walk(doctor, setting, draft_id)
    summary = doctor.get(step_url(draft_id, "confirmation"))

    response = doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"})

    assertContains(summary, "DUPONT Jeanne (née MARTIN)")
    enrolment = Enrolment.objects.get()
    assertRedirects(
        response,
        reverse("record:patient", args=[enrolment.public_id]),
        fetch_redirect_response=False,
    )
    assert Document.objects.filter(enrolment_id=enrolment.pk).exists()


def test_nothing_clinical_is_written_before_the_last_step(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)

    assert not Enrolment.objects.exists()
    assert not Consent.objects.exists()


def test_the_last_step_asks_for_a_word(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)

    response = doctor.post(step_url(draft_id, "confirmation"), {})

    assertContains(response, "Confirmez que vous avez relu")
    assert not Enrolment.objects.exists()


def test_sent_twice_or_opened_again_it_leads_to_the_patient(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)
    doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"})
    patient = reverse("record:patient", args=[Enrolment.objects.get().public_id])

    again = doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"})
    back = doctor.get(step_url(draft_id, "identite"))
    resumed = doctor.get(reverse("patients:resume", args=[draft_id]))

    assert again.url == back.url == resumed.url == patient
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("step", ["information", "eligibilite", "identite", "relais"])
def test_a_step_that_is_wrong_keeps_what_was_typed(doctor, setting, draft_id, step):
    walk(doctor, setting, draft_id, until=step)
    wrong = {
        "information": {"day": "EARLIER", "included_on": "31/02/2026"},
        "eligibilite": {"drug_1": "Gabapentine rare"},
        "identite": {"birth_name": "Martin-Dupré", "birth_date": "31/02/1980"},
        "relais": {"relay_doctor": "x"},
    }[step]

    response = doctor.post(step_url(draft_id, step), wrong)

    assert response.status_code == 200
    assertContains(response, "Le formulaire contient")
    for value in list(wrong.values())[:-1]:
        assertContains(response, value)
    again = doctor.get(step_url(draft_id, step))
    assert again.status_code == 200
    for name, value in wrong.items():
        if name != "relay_doctor":
            assertContains(again, value)


def test_back_shows_what_was_typed(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)

    assertContains(doctor.get(step_url(draft_id, "identite")), 'value="Martin"')
    assertContains(doctor.get(step_url(draft_id, "eligibilite")), "Gabapentine")


def test_an_unticked_box_stays_unticked(doctor, setting, draft_id):
    walk(doctor, setting, draft_id, until="eligibilite", information={"booklet": ""})

    page = doctor.get(step_url(draft_id, "information")).content.decode()

    box = next(line for line in page.split("<input") if 'name="booklet"' in line)
    assert "checked" not in box


@pytest.mark.parametrize("step", ["eligibilite", "identite", "relais", "confirmation"])
def test_a_step_waits_for_the_earlier_ones(doctor, draft_id, step):
    response = doctor.get(step_url(draft_id, step))

    assertRedirects(response, step_url(draft_id, "information"))


def test_a_refusal_of_the_patient_erases_everything(doctor, setting, draft_id):
    doctor.post(step_url(draft_id, "information"), {"participation": "NO", "nir": ""})

    page = doctor.get(reverse("patients:include"))

    assertContains(page, "rien n’est conservé")
    assert doctor.get(step_url(draft_id, "information")).status_code == 404
    assert not Enrolment.objects.exists()


def test_a_draft_given_up_is_erased(doctor, draft_id):
    doctor.post(reverse("patients:abandon", args=[draft_id]))

    assert doctor.get(step_url(draft_id, "information")).status_code == 404
    assert doctor.post(reverse("patients:abandon", args=[draft_id])).status_code == 404


def test_a_refusal_at_the_last_step_is_shown_with_the_way(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)
    person = PersonFactory(birth_name="Martin", birth_place="99999")
    EnrolmentFactory(indication=setting.indication, patient__person=person)

    response = doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"})

    assertContains(response, "participe déjà")
    assertContains(response, step_url(draft_id, "identite"))
    followed = Enrolment.objects.get()
    # It told whether somebody is followed: their access log says who asked.
    line = JournalLine.objects.get(action="inclusion.refused")
    assert line.subject == str(followed.public_id)
    assert "artin" not in str(line.detail)
    assertContains(doctor.get(step_url(draft_id, "identite")), 'value="Martin"')


def test_a_gate_that_closes_meanwhile_is_told_at_the_last_step(doctor, setting, draft_id):
    walk(doctor, setting, draft_id)
    setting.doctor.site.listings.update(delisted_on="2021-04-01")

    response = doctor.get(step_url(draft_id, "confirmation"))

    assertRedirects(response, step_url(draft_id, "eligibilite"))
    assertContains(
        doctor.get(step_url(draft_id, "eligibilite")), "n’est inscrite pour aucune indication"
    )


@pytest.mark.parametrize("name", ["resume", "abandon"])
def test_the_draft_of_another_is_not_found(setting, draft_id, sign_in, name):
    client = sign_in(trained(setting.programme, site=setting.doctor.site))
    url = reverse(f"patients:{name}", args=[draft_id])

    assert client.get(step_url(draft_id, "information")).status_code == 404
    assert (client.get(url) if name == "resume" else client.post(url)).status_code == 404


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.REFERENCE_DOCTOR, Role.API_CLIENT}]
)
def test_other_roles_include_nobody(setting, draft_id, sign_in, role):
    client = sign_in(MemberFactory(role=role, programme=setting.programme))

    assert client.get(reverse("patients:include")).status_code == 403
    assert client.get(step_url(draft_id, "information")).status_code == 403


def test_a_programme_one_is_not_accredited_for_is_not_offered(doctor, setting):
    other = a_setting()

    page = doctor.get(reverse("patients:include"))
    response = doctor.post(reverse("patients:include"), {"programme": other.programme.public_id})

    assertContains(page, setting.programme.name)
    assertNotContains(page, other.programme.name)
    assert response.status_code == 200


def test_a_doctor_without_a_training_learns_it_before_typing(doctor, setting):
    before = doctor.get(reverse("patients:include"))
    setting.doctor.user.completions.update(completed_on=datetime.date(2100, 1, 1))

    page = doctor.get(reverse("patients:include"))

    assertNotContains(before, "Formation à enregistrer")
    assertContains(page, "Formation à enregistrer")
    assertContains(page, reverse("training:mine"))


def test_a_doctor_learns_before_typing_that_no_place_is_left(sign_in):
    setting = limited(1, kind="SITE")
    client = sign_in(setting.doctor)
    before = client.get(reverse("patients:include"))
    EnrolmentFactory(
        programme=setting.programme, indication=setting.indication, included_by=setting.doctor
    )

    page = client.get(reverse("patients:include"))

    assertContains(before, "Commencer")
    assertContains(page, "Votre structure suit déjà 1 patient, son maximum")
    assertNotContains(page, "Commencer")


def test_my_drafts_are_listed(doctor, setting, draft_id, django_assert_num_queries):
    walk(doctor, setting, draft_id, until="relais")

    with (
        # session, user, device, membership, programmes, drafts, closure of the programme, its
        # limits, then programmes that ask for a training and proofs of it
        django_assert_num_queries(10),
        django_assert_num_queries(1, using="keys"),
    ):
        page = doctor.get(reverse("patients:include"))

    assertContains(page, "Dupont Jeanne Marie")


# --- Autosave ---------------------------------------------------------------------------------


def autosave(client, draft_id, step, data, version):
    url = reverse("patients:autosave", args=[draft_id, step])
    body = json.dumps({"version": version, "data": data})
    return client.post(url, body, content_type="application/json")


def test_what_is_half_typed_is_kept(doctor, setting, draft_id):
    walk(doctor, setting, draft_id, until="identite")
    version = draft.load(draft_id, by=setting.doctor, at=timezone.now()).version

    response = autosave(doctor, draft_id, "identite", {"birth_date": "12/0"}, version)

    assert response.json()["version"] == version + 1
    assertContains(doctor.get(step_url(draft_id, "identite")), 'value="12/0"')
    assertContains(doctor.get(step_url(draft_id, "eligibilite")), "Gabapentine")


def test_an_autosave_that_is_late_overwrites_nothing(doctor, draft_id):
    autosave(doctor, draft_id, "information", {"day": "TODAY"}, 1)

    assert autosave(doctor, draft_id, "information", {}, 1).status_code == 409


def test_an_autosave_of_nothing_or_of_another_is_closed(doctor, draft_id, sign_in, setting):
    assert autosave(doctor, draft_id, "nulle-part", {}, 1).status_code == 410
    other = sign_in(trained(setting.programme))
    assert autosave(other, draft_id, "information", {}, 1).status_code == 410


def test_a_draft_is_taken_up_where_it_was_left(doctor, setting, draft_id):
    walk(doctor, setting, draft_id, until="identite")

    response = doctor.get(reverse("patients:resume", args=[draft_id]))

    assertRedirects(response, step_url(draft_id, "identite"))


def test_a_draft_of_a_programme_one_left_is_not_found(doctor, setting, draft_id):
    setting.doctor.accreditations.update(ended_on="2026-03-01")

    assert doctor.get(step_url(draft_id, "information")).status_code == 404


def test_a_programme_without_certificate_tells_of_none(doctor, setting, draft_id):
    Programme.objects.update(issues_certificate=False)
    walk(doctor, setting, draft_id)

    page = doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"}, follow=True)

    assertContains(page, "Le patient est inclus.")
    assertNotContains(page, "attestation est sous")
    assert not Document.objects.exists()


def test_without_pdf_the_patient_is_included_and_told(doctor, setting, draft_id, monkeypatch):
    walk(doctor, setting, draft_id)
    monkeypatch.setattr("patients.actions.try_certificate", lambda *_args, **_more: False)

    doctor.post(step_url(draft_id, "confirmation"), {"confirmed": "on"})

    page = doctor.get(reverse("patients:inclusion", args=[Enrolment.objects.get().public_id]))
    assertContains(page, "L’attestation reste à établir")
