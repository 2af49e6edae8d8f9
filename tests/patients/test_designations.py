"""Chosen by the patient, told, declined, changed, invited: what becomes of it, who learns of it."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core import codes, keys
from core.models import JournalLine, OutgoingMail
from patients import actions, designations
from patients.enums import DesignationKind as Kind
from patients.enums import NoteKind
from patients.models import Designation, Enrolment, SharedNote
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import a_setting, an_inclusion, trained
from tests.patients.test_identity import places_of
from tests.patients.test_inclusion import include


NOON = datetime.datetime(2026, 4, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()
CANARY = "Kanarivogel"


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=PersonFactory(birth_name=CANARY))


@pytest.fixture
def relay(enrolment):
    return trained(enrolment.programme, role=Role.RELAY_DOCTOR, site__departement="75")


@pytest.fixture
def pharmacy(enrolment):
    return SiteFactory(pharmacy=True, name="Pharmacie de la Gare")


def designate(enrolment, kind, chosen, at=NOON):
    actions.designate(enrolment, kind, chosen, by=enrolment.included_by, at=at)
    enrolment.refresh_from_db()


def mails():
    return list(OutgoingMail.objects.order_by("pk"))


# --- Chosen and told --------------------------------------------------------------------------


def test_both_are_told_at_inclusion_and_no_mail_names_anybody():
    from dataclasses import replace

    setting = a_setting()
    doctor = trained(setting.programme, role=Role.RELAY_DOCTOR)
    pharmacy = SiteFactory(pharmacy=True)
    inclusion = an_inclusion(setting, PersonFactory(birth_name=CANARY, used_name=""))

    enrolment = include(setting, replace(inclusion, relay_doctor=doctor, pharmacy=pharmacy))

    assert {one.kind for one in enrolment.designations.open()} == {"DOCTOR", "PHARMACY"}
    assert [mail.to for mail in mails()] == [doctor.user.email, pharmacy.email]
    for mail in mails():
        text = (mail.subject + mail.body).lower()
        assert "/designations/" in text
        for word in (CANARY.lower(), "cannabis", setting.indication.label.lower()):
            assert word not in text


def test_a_change_keeps_the_history(enrolment, relay):
    other = trained(enrolment.programme, role=Role.RELAY_DOCTOR)
    designate(enrolment, Kind.DOCTOR, relay)

    designate(enrolment, Kind.DOCTOR, other)
    designate(enrolment, Kind.DOCTOR, None)

    assert enrolment.relay_doctor is None
    history = Designation.objects.order_by("pk")
    assert [(one.doctor, one.ended_on) for one in history] == [(relay, DAY), (other, DAY)]
    assert JournalLine.objects.filter(action="designation.changed").count() == 3


@pytest.mark.parametrize(
    ("kind", "chosen", "words"),
    [
        (Kind.DOCTOR, lambda e: MemberFactory(role=Role.RELAY_DOCTOR), "habilité et formé"),
        (Kind.PHARMACY, lambda e: SiteFactory(practice=True), "ne participe pas"),
        (Kind.PHARMACY, lambda e: None, "Rien n’a changé"),
    ],
)
def test_a_choice_refused_changes_nothing(enrolment, kind, chosen, words):
    with pytest.raises(actions.CannotDesignate, match=words):
        designate(enrolment, kind, chosen(enrolment))

    assert not Designation.objects.exists()
    assert not mails()


def test_a_doctor_whose_training_is_over_is_refused(enrolment, relay):
    relay.user.completions.all()
    expired = designations.doctor_refusal(relay, enrolment.programme, datetime.date(2021, 3, 2))

    assert expired


def test_nobody_is_designated_once_it_is_over(pharmacy):
    ended = EnrolmentFactory(ended=True)

    with pytest.raises(actions.CannotDesignate, match="terminée"):
        designate(ended, Kind.PHARMACY, pharmacy)


def test_a_pharmacy_without_address_gets_no_mail(enrolment):
    designate(enrolment, Kind.PHARMACY, SiteFactory(pharmacy=True, email=""))

    assert not mails()


# --- Declined ---------------------------------------------------------------------------------


def test_who_declines_is_no_longer_designated_and_the_structure_is_told(enrolment, relay):
    designate(enrolment, Kind.DOCTOR, relay)
    designation = Designation.objects.get()

    actions.decline(designation, "NO_CAPACITY", by=relay, at=NOON)

    designation.refresh_from_db()
    enrolment.refresh_from_db()
    assert (enrolment.relay_doctor, designation.decline_reason) == (None, "NO_CAPACITY")
    told = mails()[-1]
    assert told.to == enrolment.site.email
    assert enrolment.number in told.body
    assert CANARY not in told.body
    with pytest.raises(actions.CannotDesignate, match="plus en cours"):
        actions.decline(designation, "OTHER", by=relay, at=NOON)


def test_nobody_declines_for_another(enrolment, relay):
    designate(enrolment, Kind.DOCTOR, relay)
    stranger = trained(enrolment.programme, role=Role.RELAY_DOCTOR)

    with pytest.raises(actions.CannotDesignate):
        actions.decline(Designation.objects.get(), "OTHER", by=stranger, at=NOON)

    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor == relay


def test_a_structure_without_address_is_told_through_the_doctor(enrolment, relay):
    enrolment.site.email = ""
    enrolment.site.save(update_fields=["email"])
    designate(enrolment, Kind.DOCTOR, relay)

    actions.decline(Designation.objects.get(), "OTHER", by=relay, at=NOON)

    assert mails()[-1].to == enrolment.included_by.user.email


def answer_url(designation):
    return reverse("patients:designation", args=[designation.public_id])


def test_a_pharmacist_declines_from_the_page(enrolment, pharmacy, sign_in):
    designate(enrolment, Kind.PHARMACY, pharmacy)
    one = Designation.objects.get()
    member = MemberFactory(role=Role.PHARMACIST, site=pharmacy)
    client = sign_in(member)

    page = client.get(answer_url(one))
    assertContains(page, "a choisi votre pharmacie")
    assertNotContains(page, CANARY)
    assertContains(client.post(answer_url(one), {}), "obligatoire")
    assertContains(
        client.post(answer_url(one), {"reason": "MOVED"}, follow=True), "Vous avez décliné"
    )
    again = client.post(answer_url(one), {"reason": "MOVED"}, follow=True)

    assertContains(again, "plus en cours")


def test_a_designation_of_another_does_not_exist(enrolment, relay, sign_in):
    designate(enrolment, Kind.DOCTOR, relay)
    one = Designation.objects.get()

    stranger = trained(enrolment.programme, role=Role.RELAY_DOCTOR)
    assert sign_in(stranger).get(answer_url(one)).status_code == 404
    assert not Designation.objects.made_to(enrolment.included_by).exists()


# --- Changed from the page --------------------------------------------------------------------


def page_of(enrolment, name="designations", *args):
    return reverse(f"patients:{name}", args=[enrolment.public_id, *args])


def test_the_doctor_changes_both_from_the_page(enrolment, relay, pharmacy, sign_in):
    client = sign_in(enrolment.included_by)
    assertContains(client.get(page_of(enrolment)), relay.user.full_name)
    typed = {"relay_doctor": relay.public_id, "pharmacy": pharmacy.public_id}

    page = client.post(page_of(enrolment), typed, follow=True)

    assertContains(page, "Historique")
    assertContains(page, "Pharmacie de la Gare, Paris, depuis le")
    enrolment.refresh_from_db()
    assert (enrolment.relay_doctor, enrolment.pharmacy) == (relay, pharmacy)


def test_what_the_action_refuses_is_told_beside_the_field(sign_in, relay, enrolment):
    enrolment.state, enrolment.ended_on, enrolment.end_reason = "ENDED", DAY, "OTHER"
    enrolment.save()
    typed = {"relay_doctor": relay.public_id, "pharmacy": ""}

    page = sign_in(enrolment.included_by).post(page_of(enrolment), typed)

    assert "terminée" in page.context["form"].errors["relay_doctor"][0]


def test_both_choices_are_recorded_or_none(sign_in, relay, pharmacy, enrolment, monkeypatch):
    """The pharmacy closed while the page was open."""
    monkeypatch.setattr(designations, "pharmacy_refusal", lambda *_: "Cette pharmacie a fermé.")
    typed = {"relay_doctor": relay.public_id, "pharmacy": pharmacy.public_id}

    page = sign_in(enrolment.included_by).post(page_of(enrolment), typed)

    assert "fermé" in page.context["form"].errors["pharmacy"][0]
    enrolment.refresh_from_db()
    assert (enrolment.relay_doctor, enrolment.pharmacy) == (None, None)
    assert not OutgoingMail.objects.exists()


# --- With the patient present -----------------------------------------------------------------


@pytest.fixture
def code(enrolment, monkeypatch):
    found, issue = [], codes.issue
    monkeypatch.setattr(
        codes, "issue", lambda *args, **more: found.append(issue(*args, **more)) or found[-1]
    )
    actions.issue_certificate(enrolment, by=enrolment.included_by, at=NOON)
    return found[0].short


def join(client, code, birth_date="12/05/1980", **more):
    typed = {"code": code, "birth_date": birth_date, "present": "on", **more}
    return client.post(reverse("patients:join"), typed)


def test_a_trained_doctor_becomes_relay_by_the_certificate(enrolment, relay, code, sign_in):
    client = sign_in(relay)
    assertContains(client.get(reverse("patients:join")), "Code de l’attestation")

    answer = join(client, code)

    assert answer.url == reverse("record:patient", args=[enrolment.public_id])
    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor == relay
    # The structure is told; the doctor, who acts, is not.
    assert [mail.to for mail in mails()] == [enrolment.site.email]
    assertContains(join(client, code), "déjà le choix")


@pytest.mark.parametrize("wrong", ["code", "birth date", "programme"])
def test_unknown_codes_and_other_dates_have_one_answer(enrolment, relay, code, sign_in, wrong):
    doctor = relay if wrong != "programme" else MemberFactory(role=Role.RELAY_DOCTOR)

    page = join(
        sign_in(doctor),
        "RV-0000-0000-0000-0" if wrong == "code" else code,
        "13/05/1980" if wrong == "birth date" else "12/05/1980",
    )

    assertContains(page, "ne correspondent à aucune attestation")
    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor is None


def test_trying_is_slowed_down(enrolment, relay, code, sign_in):
    client = sign_in(relay)
    for _ in range(5):
        join(client, code, "13/05/1980")

    assertContains(join(client, code), "Trop d’essais")
    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor is None


# --- Notes ------------------------------------------------------------------------------------


def test_both_doctors_write_and_read_notes(enrolment, relay, sign_in):
    enrolment.relay_doctor = relay
    enrolment.save()
    typed = {"kind": "TITRATION", "text": f"{CANARY} dort mieux"}
    sign_in(enrolment.included_by).post(page_of(enrolment, "notes"), typed)

    page = sign_in(relay).post(
        page_of(enrolment, "notes"), {"kind": "ALLERGIES", "text": "Arachide"}, follow=True
    )

    assertContains(page, "dort mieux")
    assertContains(page, "Arachide")
    assert {note.written_by for note in SharedNote.objects.all()} == {enrolment.included_by, relay}
    assert places_of("dort mieux") == []


def test_notes_are_for_those_who_follow_the_patient(enrolment, relay, sign_in):
    assert sign_in(relay).get(page_of(enrolment, "notes")).status_code == 404


def test_a_note_whose_key_is_gone_says_so(enrolment, sign_in):
    actions.write_note(
        enrolment, NoteKind.TITRATION, "x", by=enrolment.included_by, at=timezone.now()
    )
    keys.destroy_keys([enrolment.key_id])

    assertContains(sign_in(enrolment.included_by).get(page_of(enrolment, "notes")), "Texte effacé")
