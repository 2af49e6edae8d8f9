"""Professionals invited by a patient: designated once they are trained or take part, or never."""

import pytest
from pytest_django.asserts import assertContains

from accounts.enums import Role
from core import keys
from patients import actions, designations, tasks
from patients.designations import Professional
from patients.enums import DesignationKind as Kind
from patients.models import Enrolment, Invitation
from tests.accounts.factories import SiteFactory
from tests.patients.consent_factories import InvitationFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import trained
from tests.patients.test_designations import CANARY, DAY, NOON, designate, mails, page_of
from tests.patients.test_identity import places_of


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=PersonFactory(birth_name=CANARY))


@pytest.fixture
def relay(enrolment):
    return trained(enrolment.programme, role=Role.RELAY_DOCTOR, site__departement="75")


def invite(enrolment, kind=Kind.DOCTOR, email="dr.petit@exemple.test"):
    told = Professional("Dr Petit", "Lyon", email)
    return actions.invite(enrolment, kind, told, by=enrolment.included_by, at=NOON)


def test_an_invitation_waits_for_the_training(enrolment):
    invitation = invite(enrolment)

    assert tasks.designate_invited() == 0
    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor is None
    assert mails()[0].to == "dr.petit@exemple.test"
    assert CANARY not in mails()[0].body
    assert designations.read(invitation).town == "Lyon"

    doctor = trained(
        enrolment.programme, role=Role.RELAY_DOCTOR, user__email="dr.petit@exemple.test"
    )
    assert (tasks.designate_invited(), tasks.designate_invited()) == (1, 0)

    assert Enrolment.objects.get(pk=enrolment.pk).relay_doctor == doctor
    invitation.refresh_from_db()
    assert invitation.designation.doctor == doctor


def test_a_pharmacy_is_designated_once_it_takes_part(enrolment):
    invite(enrolment, Kind.PHARMACY, "pharmacie@exemple.test")
    pharmacy = SiteFactory(pharmacy=True, email="pharmacie@exemple.test")

    assert tasks.designate_invited() == 1
    assert Enrolment.objects.get(pk=enrolment.pk).pharmacy == pharmacy


def test_an_invitation_whose_key_is_gone_stays_closed_in_silence(enrolment):
    invitation = invite(enrolment)
    keys.destroy_keys([enrolment.key_id])

    assert designations.read(invitation) is None
    assert tasks.designate_invited() == 0


def test_an_invitation_closed_while_it_waits_for_the_lock_is_left(enrolment, monkeypatch):
    """Another worker holds the enrolment, and closes it before letting it go."""
    invitation = invite(enrolment, Kind.PHARMACY, "pharmacie@exemple.test")
    SiteFactory(pharmacy=True, email="pharmacie@exemple.test")

    def wait(found):
        Invitation.objects.filter(pk=invitation.pk).update(closed_on=DAY)
        return found

    monkeypatch.setattr("patients.actions.designation.lock_enrolment", wait)

    assert not actions.resolve_invitation(invitation.pk, by=enrolment.included_by, at=NOON)
    assert Enrolment.objects.get(pk=enrolment.pk).pharmacy is None


def test_an_invitation_closed_meanwhile_is_left(enrolment):
    closed = InvitationFactory(enrolment=enrolment, closed_on=DAY)

    assert not actions.resolve_invitation(closed.pk, by=enrolment.included_by, at=NOON)


@pytest.mark.parametrize("situation", ["twice", "ended"])
def test_an_invitation_refused(enrolment, situation):
    if situation == "twice":
        invite(enrolment)
    else:
        enrolment = EnrolmentFactory(ended=True)
    before = Invitation.objects.count()

    with pytest.raises(actions.CannotDesignate):
        invite(enrolment)

    assert Invitation.objects.count() == before


def test_a_choice_gives_up_the_invitation(enrolment, relay):
    invite(enrolment)

    designate(enrolment, Kind.DOCTOR, relay)

    assert Invitation.objects.get().closed_on == DAY


def test_one_invites_and_gives_up_from_the_page(enrolment, sign_in):
    client = sign_in(enrolment.included_by)
    typed = {"kind": "DOCTOR", "name": "Dr Petit", "town": "Lyon", "email": "p@exemple.test"}

    assertContains(client.post(page_of(enrolment, "invite"), typed | {"email": "p"}), "Saisissez")
    assertContains(client.post(page_of(enrolment, "invite"), typed, follow=True), "Dr Petit, Lyon")
    assertContains(client.post(page_of(enrolment, "invite"), typed), "attend déjà")
    for kind in ("DOCTOR", "DOCTOR", "TEA"):
        client.post(page_of(enrolment, "give_up_invitation", kind))

    assert Invitation.objects.get().closed_on is not None
    assert places_of("Dr Petit") == []
