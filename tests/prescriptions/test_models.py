from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.enums import Role
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_ON, PrescriptionFactory
from tests.prescriptions.refused import REFUSED


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
