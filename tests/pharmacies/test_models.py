import pytest
from django.db import connection

from accounts.enums import Role
from pharmacies.models import Dispensation, DispensedItem, RegisterLine
from pharmacies.models.register import Numbered
from tests.accounts.factories import MemberFactory
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import AccreditationFactory


@pytest.mark.parametrize(
    ("role", "link", "sees"),
    [
        (Role.REFERENCE_DOCTOR, "site of the patient", True),
        (Role.REFERENCE_DOCTOR, "none", False),
        (Role.RELAY_DOCTOR, "designated", True),
        (Role.RELAY_DOCTOR, "none", False),
        (Role.PHARMACIST, "own pharmacy", True),
        (Role.PHARMACIST, "own pharmacy, another programme", False),
        (Role.PHARMACIST, "none", False),
        (Role.ANALYST, "none", False),
        (Role.VIGILANCE_OFFICER, "none", False),
        (Role.MANAGER, "none", False),
    ],
)
def test_who_sees_a_dispensation(role, link, sees):
    dispensation = DispensationFactory(items=True)
    enrolment = dispensation.enrolment
    fields = {"role": role, "programme": enrolment.programme}
    if link == "site of the patient":
        fields["site"] = enrolment.site
    if link.startswith("own pharmacy"):
        fields["site"] = dispensation.pharmacy
    member = MemberFactory(**fields)
    if link.endswith("another programme"):
        member.accreditations.all().delete()
    if link == "designated":
        enrolment.relay_doctor = member
        enrolment.save()
    # The member has a dispensation of their own: an empty list would prove nothing.
    own = own_dispensation(member)

    visible = Dispensation.objects.visible_to(member)

    assert (dispensation in visible) == sees
    assert own is None or own in visible


def own_dispensation(member):
    own = DispensationFactory(items=True)
    AccreditationFactory(member=member, programme=own.enrolment.programme)
    if member.role == Role.PHARMACIST:
        received = ReceivedFactory(recorded_by=member, prescription=signed_in(own.enrolment))
        return DispensationFactory(received=received)
    if member.role not in {Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR}:
        return None
    own.enrolment.site, own.enrolment.relay_doctor = member.site, member
    own.enrolment.save()
    return own


def signed_in(enrolment):
    return PrescriptionFactory(signed=True, enrolment=enrolment, has_overlap_mention=True)


def test_the_numbers_of_the_register_come_from_the_trigger_that_is_installed():
    """The code says what the database does: a migration that was forgotten shows here."""
    [trigger] = [one for one in RegisterLine._meta.triggers if isinstance(one, Numbered)]
    with connection.cursor() as cursor:
        name = trigger.get_pgid(RegisterLine)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
        ((installed,),) = cursor.fetchall()

    assert words(trigger.get_func(RegisterLine)) <= words(installed)


def words(text):
    return set(text.split())


def test_two_items_of_one_line_wait_for_each_other():
    [trigger] = [
        one
        for one in DispensedItem._meta.triggers
        if one.name == "pharmacies_never_more_than_prescribed"
    ]

    lines = trigger.get_func(DispensedItem).split(";")

    assert lines[0].strip().endswith("FOR UPDATE")
    assert "RAISE EXCEPTION" in lines[1]
