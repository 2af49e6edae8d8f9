"""A nurse prepares a prescription; the doctor named, and nobody else, signs it."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from core.models import JournalLine
from prescriptions import actions, wanted
from prescriptions.actions import CannotDraft, CannotSign
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory, entitled
from tests.prescriptions.pages import address, hidden, typed
from tests.prescriptions.signing import sign


@pytest.fixture
def nurse(doctor):
    enrolment = doctor.enrolment
    return MemberFactory(role=Role.PREPARER, site=enrolment.site, programme=enrolment.programme)


def prepared(doctor, nurse, medicine, today, client):
    create = address("create", doctor.enrolment)
    sent = typed(medicine, today, doctor_id=str(doctor.member.public_id))
    return client.post(create, sent)


def test_a_nurse_prepares_what_they_may_change_and_not_sign(
    doctor, nurse, medicine, today, sign_in
):
    client = sign_in(nurse)
    form = client.get(address("create", doctor.enrolment))
    assertContains(form, "Médecin qui relira et signera")
    assertContains(form, "Transmettre au médecin")
    answer = prepared(doctor, nurse, medicine, today, client)
    draft = Prescription.objects.get()
    detail = address("detail", doctor.enrolment, draft)
    assertRedirects(answer, detail)
    shown = client.get(detail)
    assertContains(shown, "Préparée, à relire et à signer")
    assert "Signer l’ordonnance" not in shown.content.decode()
    assertContains(shown, "Modifier")
    assert client.get(address("edit", doctor.enrolment, draft)).status_code == 200
    assert client.post(address("sign", doctor.enrolment, draft)).status_code == 403


def test_the_doctor_signs_what_was_prepared_and_both_are_named(
    doctor, nurse, medicine, today, sign_in, signature
):
    prepared(doctor, nurse, medicine, today, sign_in(nurse))
    draft = Prescription.objects.get()
    detail = address("detail", doctor.enrolment, draft)

    client = sign_in(doctor.member)
    queue = client.get(reverse("record:to_sign"))
    assertContains(queue, nurse.user.full_name)
    assertContains(queue, detail)
    page = client.get(detail)
    sent = {
        "once": hidden(page, "once"),
        "shown": hidden(page, "shown"),
        "reason": "Vu",
        "secret": "1",
    }
    client.post(address("sign", doctor.enrolment, draft), sent)

    draft.refresh_from_db()
    assert (draft.status, draft.prescriber) == (Status.SIGNED, doctor.member.user)
    assert (draft.author, draft.prepared_by) == (doctor.member, nurse)
    assertContains(client.get(detail), "Préparée par")
    who = JournalLine.objects.filter(action__startswith="prescription.").values_list(
        "action", "actor_id"
    )
    assert {("prescription.prepared", nurse.pk), ("prescription.signed", doctor.member.pk)} <= set(
        who
    )


def test_a_doctor_must_be_chosen(doctor, nurse, medicine, today, sign_in):
    client = sign_in(nurse)

    page = client.post(address("create", doctor.enrolment), typed(medicine, today))

    assertContains(page, "Ce champ est obligatoire")
    assert not Prescription.objects.exists()


def test_a_command_of_the_form_asks_for_no_doctor_yet(doctor, nurse, medicine, today, sign_in):
    client = sign_in(nurse)
    sent = typed(medicine, today, change="add-line")

    page = client.post(address("create", doctor.enrolment), sent)

    assert "Ce champ est obligatoire" not in page.content.decode()


def test_only_doctors_of_the_structure_accredited_for_the_programme_are_offered(doctor, nurse):
    enrolment = doctor.enrolment
    today = enrolment.site.local_day(WRITTEN_AT)
    MemberFactory(site=enrolment.site)
    MemberFactory(programme=enrolment.programme)
    text = wanted.of(PrescriptionFactory(enrolment=enrolment, author=doctor.member))

    assert list(actions.signatories(enrolment, today)) == [doctor.member]
    for stranger in (MemberFactory(programme=enrolment.programme), nurse):
        with pytest.raises(CannotDraft, match="ne peut pas signer"):
            actions.prepare(enrolment, text, doctor=stranger, by=nurse, at=WRITTEN_AT, key="once")

    assert not Prescription.objects.filter(prepared_by__isnull=False).exists()


def test_another_doctor_does_not_sign_what_was_prepared_for_a_colleague(doctor, nurse):
    enrolment = doctor.enrolment
    draft = PrescriptionFactory(enrolment=enrolment, author=doctor.member, prepared_by=nurse)
    colleague = entitled(
        MemberFactory(site=enrolment.site, programme=enrolment.programme), enrolment
    )

    assert not Prescription.objects.to_sign_by(colleague).exists()
    with pytest.raises(CannotSign, match="Seul le prescripteur"):
        sign(draft, by=colleague)

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_the_same_form_sent_twice_is_one_draft(doctor, nurse):
    enrolment = doctor.enrolment
    text = wanted.of(PrescriptionFactory(enrolment=enrolment, author=doctor.member))
    said = {"doctor": doctor.member, "by": nurse, "at": WRITTEN_AT, "key": "once"}

    first = actions.prepare(enrolment, text, **said)
    second = actions.prepare(enrolment, text, **said)

    assert first.pk == second.pk
    assert Prescription.objects.filter(prepared_by=nurse).count() == 1
