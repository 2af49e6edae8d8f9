"""What is told of a medicine: shortages, the patient's other drugs, a first THC."""

from datetime import timedelta

import pytest

from accounts.enums import Role
from core.models import OutgoingMail
from patients.enums import TreatmentPlan
from prescriptions import actions, checks, interactions, wanted
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from prescriptions.models import Interaction
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PriorTreatmentFactory
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    InteractionFactory,
    PrescriptionFactory,
)
from tests.prescriptions.signing import relay_of, sign
from tests.programmes.factories import ProductFactory, SupplyNoticeFactory


def told(draft, code, *, on=WRITTEN_ON):
    found = checks.verdicts(draft.enrolment, wanted.of(draft), by=draft.author, on=on)
    return [alert for alert in found if alert.code == code]


# --- Shortages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "asks", "words"),
    [
        ("TENSION", False, "en tension"),
        ("SHORTAGE", True, "en rupture"),
        ("STOPPED", True, "n’est plus fourni"),
    ],
)
def test_a_notice_is_told_with_what_may_replace(level, asks, words):
    draft = PrescriptionFactory()
    SupplyNoticeFactory(
        product=draft.lines.get().product,
        level=level,
        substitutes=[ProductFactory(name="Huile B"), ProductFactory(name="Huile A")],
    )

    (alert,) = told(draft, Code.SUPPLY)

    assert (alert.level, alert.needs_reason) == (Level.WARNING, asks)
    assert words in alert.message
    assert "remplacé par Huile A ou Huile B" in alert.message


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "count"),
    [(0, None, 1), (1, None, 0), (-9, 0, 1), (-9, -1, 0)],
)
def test_a_notice_is_told_on_its_days_only(valid_from, valid_to, count):
    draft = PrescriptionFactory()
    SupplyNoticeFactory(
        product=draft.lines.get().product,
        valid_from=WRITTEN_ON + timedelta(days=valid_from),
        valid_to=None if valid_to is None else WRITTEN_ON + timedelta(days=valid_to),
    )

    assert len(told(draft, Code.SUPPLY)) == count


def test_initiations_may_be_suspended_and_are_passed_with_a_reason_only():
    draft = PrescriptionFactory()
    SupplyNoticeFactory(
        product=draft.lines.get().product, level="TENSION", suspends_initiation=True
    )
    with pytest.raises(actions.CannotSign, match="passez outre"):
        sign(draft)

    signed = sign(draft, reason="Stock réservé", key="once-2")

    assert "initiations sont suspendues" in signed.passed_alerts.get().message


def test_a_suspended_initiation_says_nothing_to_those_already_treated():
    first = PrescriptionFactory(signed=True)
    later = WRITTEN_ON + timedelta(days=28)
    draft = PrescriptionFactory(enrolment=first.enrolment, author=first.author, starts_on=later)
    SupplyNoticeFactory(
        product=draft.lines.get().product, level="TENSION", suspends_initiation=True
    )

    (alert,) = told(draft, Code.SUPPLY, on=later)

    assert not alert.needs_reason


# --- Interactions ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "found"),
    [
        ("Valproate de sodium", True),
        ("DÉPAKINE 500 mg", True),
        ("Acide valproïque", True),
        ("depakine", True),
        ("Paracétamol", False),
        ("", False),
        ("dép", False),
    ],
)
def test_names_are_found_without_accents(drug, found):
    assert interactions.names(drug, "valproate, valproique, dépakine, li") == found


@pytest.mark.parametrize(
    ("concerns", "thc", "cbd", "is_concerned"),
    [
        ("THC", True, False, True),
        ("THC", False, True, False),
        ("CBD", False, True, True),
        ("CBD", True, False, False),
        ("ANY", True, False, True),
        ("ANY", False, False, False),
    ],
)
def test_concerned(concerns, thc, cbd, is_concerned):
    assert interactions.concerned(concerns, thc=thc, cbd=cbd) == is_concerned


def takes(draft, drug, plan=TreatmentPlan.KEPT):
    PriorTreatmentFactory(enrolment=draft.enrolment, drug=drug, plan=plan)


def test_what_the_patient_takes_is_told_once_a_drug():
    draft = PrescriptionFactory()
    InteractionFactory()
    takes(draft, "Essaidrine LP")
    takes(draft, "Paracétamol")

    (alert,) = told(draft, Code.INTERACTION)

    assert "Essaidrine LP (classe d’essai)\u202f: surveillance rapprochée" in alert.message
    assert (alert.source, alert.needs_reason) == ("essai", True)


@pytest.mark.parametrize("plan", [TreatmentPlan.REPLACED, TreatmentPlan.STOPPED_BEFORE])
def test_what_the_patient_no_longer_takes_is_not_told(plan):
    draft = PrescriptionFactory()
    InteractionFactory()
    takes(draft, "Essaidrine", plan)

    assert told(draft, Code.INTERACTION) == []


def test_the_classes_of_the_domain_are_loaded_with_their_sources():
    draft = PrescriptionFactory()
    takes(draft, "Clobazam 10 mg")

    (alert,) = told(draft, Code.INTERACTION)

    assert "sédation" in alert.message
    assert not Interaction.objects.filter(source="").exists()


def test_a_reason_is_asked_at_the_first_signature_only():
    InteractionFactory()
    draft = PrescriptionFactory()
    takes(draft, "Essaidrine")
    first = sign(draft, reason="Dosages prévus")
    assert "Essaidrine" not in first.passed_alerts.get().message
    later = WRITTEN_AT + timedelta(days=28)
    again = actions.renew(first, by=first.author, at=later, key="again")

    (alert,) = told(again, Code.INTERACTION, on=later.date())

    assert (alert.level, alert.needs_reason) == (Level.WARNING, False)
    assert sign(again, at=later, key="once-2").passed_alerts.count() == 0


# --- A first THC -----------------------------------------------------------------------------


def renewed_by_relay(*, thc_before, thc_now):
    first = PrescriptionFactory(signed=True, ordinary=not thc_before)
    relay, later = relay_of(first.enrolment), WRITTEN_AT + timedelta(days=28)
    draft = PrescriptionFactory(
        enrolment=first.enrolment,
        author=relay,
        starts_on=later.date(),
        ordinary=not thc_now,
    )
    return sign(draft, at=later, reason="Insuffisant")


def test_a_relay_doctor_s_first_thc_tells_the_doctor_who_included():
    signed = renewed_by_relay(thc_before=False, thc_now=True)

    mail = OutgoingMail.objects.get()
    assert mail.to == signed.enrolment.included_by.user.email
    assert signed.enrolment.number in mail.body
    assert signed.enrolment.indication.label not in mail.body


@pytest.mark.parametrize(("thc_before", "thc_now"), [(True, True), (False, False), (True, False)])
def test_nothing_else_is_told(thc_before, thc_now):
    renewed_by_relay(thc_before=thc_before, thc_now=thc_now)

    assert not OutgoingMail.objects.exists()


def test_a_reference_doctor_tells_nobody():
    sign(PrescriptionFactory())

    assert not OutgoingMail.objects.exists()


def test_when_that_doctor_left_each_doctor_of_the_structure_is_told():
    enrolment = EnrolmentFactory()
    colleagues = [MemberFactory(role=Role.REFERENCE_DOCTOR, site=enrolment.site) for _ in range(2)]
    PrescriptionFactory(enrolment=enrolment, signed=True, ordinary=True)
    enrolment.included_by.ended_on = WRITTEN_ON
    enrolment.included_by.save()
    later = WRITTEN_AT + timedelta(days=28)
    draft = PrescriptionFactory(
        enrolment=enrolment, author=relay_of(enrolment), starts_on=later.date()
    )

    sign(draft, at=later, reason="Insuffisant")

    told_to = set(OutgoingMail.objects.values_list("to", flat=True))
    assert told_to == {member.user.email for member in colleagues}
