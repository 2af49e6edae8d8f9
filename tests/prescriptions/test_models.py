from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.enums import Role
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Line, PassedAlert, Prescription
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    LineFactory,
    PassedAlertFactory,
    PrescriptionFactory,
)
from tests.prescriptions.refused import REFUSED
from tests.programmes.factories import PackFactory


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError, match=name):
        REFUSED[name]()


@pytest.mark.parametrize(
    ("role", "link", "sees"),
    [
        (Role.REFERENCE_DOCTOR, "same centre", True),
        (Role.REFERENCE_DOCTOR, "same centre, other programme", False),
        (Role.REFERENCE_DOCTOR, "none", False),
        (Role.RELAY_DOCTOR, "designated", True),
        (Role.RELAY_DOCTOR, "same centre", False),
        (Role.PHARMACIST, "same centre", False),
        (Role.VIGILANCE_OFFICER, "same centre", False),
        (Role.ANALYST, "same centre", False),
        (Role.MANAGER, "same centre", False),
    ],
)
def test_who_sees_a_prescription(role, link, sees):
    prescription = PrescriptionFactory()
    enrolment = prescription.enrolment
    programme = EnrolmentFactory().programme if "other" in link else enrolment.programme
    site = {"site": enrolment.site} if "centre" in link else {}
    member = MemberFactory(role=role, programme=programme, **site)
    if link == "designated":
        enrolment.relay_doctor = member
        enrolment.save()
    # The member has a patient of their own: an empty list would prove nothing.
    own = EnrolmentFactory(indication__programme=programme, site=member.site, relay_doctor=member)
    PrescriptionFactory(enrolment=own)

    assert (prescription in Prescription.objects.visible_to(member)) == sees


def test_a_draft_is_its_prescriber_s_and_a_signed_one_nobody_s():
    draft = PrescriptionFactory()
    colleague = MemberFactory(site=draft.enrolment.site, programme=draft.enrolment.programme)
    signed = PrescriptionFactory(enrolment=draft.enrolment, author=draft.author, signed=True)

    assert list(Prescription.objects.editable_by(draft.author)) == [draft]
    assert list(Prescription.objects.editable_by(colleague)) == []
    assert signed in Prescription.objects.voidable_by(draft.author)
    assert not Prescription.objects.voidable_by(colleague)


def test_only_signed_narcotic_prescriptions_cover_a_period():
    narcotic = PrescriptionFactory(signed=True)
    PrescriptionFactory(signed=True, ordinary=True)
    PrescriptionFactory()

    assert list(Prescription.objects.covering()) == [narcotic]
    assert narcotic.narcotic_ends_on == WRITTEN_ON + timedelta(days=27)
    assert (narcotic.is_narcotic, narcotic.status) == (True, Status.SIGNED)


@pytest.mark.parametrize("part", ["lines", "steps", "packs", "alerts"])
def test_nothing_is_moved_out_of_a_signed_prescription(part):
    signed = PrescriptionFactory(signed=True)
    draft = PrescriptionFactory(enrolment=signed.enrolment, author=signed.author, lines=False)
    line = signed.lines.get()
    elsewhere = LineFactory(prescription=draft, position=7)
    if part == "alerts":
        unsigned = PassedAlertFactory(prescription=PrescriptionFactory(lines=False))
    moves = {
        "lines": lambda: Line.objects.filter(pk=line.pk).update(prescription=draft),
        "steps": lambda: line.steps.update(line=elsewhere, position=7),
        "packs": lambda: line.packs.update(line=elsewhere, pack=PackFactory()),
        # And nothing is moved in.
        "alerts": lambda: PassedAlert.objects.filter(pk=unsigned.pk).update(prescription=signed),
    }

    with pytest.raises(IntegrityError, match="is_frozen"):
        moves[part]()


def test_a_signed_prescription_is_not_voided_by_halves():
    signed = PrescriptionFactory(signed=True)

    with pytest.raises(IntegrityError, match="prescriptions_voided_says_when_and_why"):
        Prescription.objects.filter(pk=signed.pk).update(voided_at=WRITTEN_AT)
