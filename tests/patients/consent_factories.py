"""Factories of what surrounds a consent and a designation, valid by default."""

import factory

from accounts.enums import Role
from patients.models import (
    ConsentProof,
    ContactChoice,
    Designation,
    Handover,
    Invitation,
    Reopening,
    SharedNote,
)
from tests.accounts.factories import MemberFactory
from tests.patients.factories import ConsentFactory, EnrolmentFactory
from tests.programmes.factories import ProgrammeLinkFactory


class ConsentProofFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ConsentProof

    consent = factory.SubFactory(ConsentFactory)
    origin = "PAPER"
    added_at = factory.SelfAttribute("consent.recorded_at")
    added_by = factory.SelfAttribute("consent.recorded_by")


class HandoverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Handover

    enrolment = factory.SubFactory(EnrolmentFactory)
    link = factory.SubFactory(
        ProgrammeLinkFactory, programme=factory.SelfAttribute("..enrolment.programme")
    )
    handed_on = factory.SelfAttribute("enrolment.included_on")
    channel = "IN_PERSON"
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")
    recorded_by = factory.SelfAttribute("enrolment.included_by")


class ContactChoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactChoice

    enrolment = factory.SubFactory(EnrolmentFactory)
    channel = "POST"
    chosen_on = factory.SelfAttribute("enrolment.included_on")
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")
    recorded_by = factory.SelfAttribute("enrolment.included_by")


class DesignationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Designation

    enrolment = factory.SubFactory(EnrolmentFactory)
    kind = factory.LazyAttribute(lambda row: "PHARMACY" if row.pharmacy else "DOCTOR")
    doctor = factory.LazyAttribute(lambda row: None if row.pharmacy else a_relay_doctor(row))
    pharmacy = None
    designated_on = factory.SelfAttribute("enrolment.included_on")
    designated_by = factory.SelfAttribute("enrolment.included_by")
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")


def a_relay_doctor(row):
    return MemberFactory(role=Role.RELAY_DOCTOR, programme=row.enrolment.programme)


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    enrolment = factory.SubFactory(EnrolmentFactory)
    kind = "DOCTOR"
    professional_sealed = b"sealed"
    invited_on = factory.SelfAttribute("enrolment.included_on")
    invited_by = factory.SelfAttribute("enrolment.included_by")
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")


class SharedNoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SharedNote

    enrolment = factory.SubFactory(EnrolmentFactory)
    kind = "TITRATION"
    text_sealed = b"sealed"
    written_at = factory.SelfAttribute("enrolment.recorded_at")
    written_by = factory.SelfAttribute("enrolment.included_by")


class ReopeningFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reopening

    enrolment = factory.SubFactory(EnrolmentFactory, ended=True)
    reason_sealed = b"sealed"
    was_state = factory.SelfAttribute("enrolment.state")
    was_ended_on = factory.SelfAttribute("enrolment.ended_on")
    was_end_reason = factory.SelfAttribute("enrolment.end_reason")
    was_recorded_at = factory.SelfAttribute("enrolment.end_recorded_at")
    reopened_at = factory.SelfAttribute("enrolment.end_recorded_at")
    reopened_by = factory.SelfAttribute("enrolment.included_by")
