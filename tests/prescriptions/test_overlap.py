from datetime import date, timedelta

import pytest

from core.models import JournalLine
from prescriptions import actions
from prescriptions.enums import AlertCode, VoidReason
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory
from tests.prescriptions.signing import relay_of, sign


# --- Overlap ---------------------------------------------------------------------------------


def renewal(days_later=20, **fields):
    """A second draft of the same prescriber, written while the first one still covers."""
    first = PrescriptionFactory(signed=True)
    at = WRITTEN_AT + timedelta(days=days_later)
    starts_on = first.ends_on + timedelta(days=1)
    fields = {"starts_on": starts_on} | fields
    return PrescriptionFactory(enrolment=first.enrolment, author=first.author, **fields), at


def test_an_early_renewal_needs_the_express_mention():
    draft, at = renewal()

    with pytest.raises(actions.CannotSign, match="mention expresse"):
        sign(draft, at=at)

    assert Prescription.objects.signed().count() == 1


def test_with_the_mention_it_is_signed():
    draft, at = renewal()
    actions.accept_mention(draft, by=draft.author)

    assert sign(Prescription.objects.get(pk=draft.pk), at=at).has_overlap_mention


def test_rows_with_a_mention_count_as_covered_too():
    draft, at = renewal(has_overlap_mention=True)
    sign(draft, at=at)
    third = PrescriptionFactory(
        enrolment=draft.enrolment, author=draft.author, starts_on=date(2026, 4, 27)
    )

    with pytest.raises(actions.CannotSign, match="mention expresse"):
        sign(third, at=at, key="once-2")


def test_written_once_the_period_is_over_no_mention_is_needed():
    draft, at = renewal(days_later=28)

    assert not sign(draft, at=at).has_overlap_mention


def test_another_prescriber_s_period_asks_a_reason_and_keeps_it():
    first = PrescriptionFactory(signed=True)
    draft = PrescriptionFactory(enrolment=first.enrolment, author=relay_of(first.enrolment))
    with pytest.raises(actions.CannotSign, match="passez outre"):
        sign(draft)

    signed = sign(draft, reason="Flacon cassé", key="once-2")

    alert = signed.passed_alerts.get()
    assert alert.code == AlertCode.OTHER_PRESCRIBER
    assert b"Flacon" not in bytes(signed.reason_sealed)


def test_thc_where_it_is_discouraged_asks_a_reason():
    draft = PrescriptionFactory()
    draft.enrolment.indication.thc_discouraged = True
    draft.enrolment.indication.save()

    with pytest.raises(actions.CannotSign, match="passez outre"):
        sign(draft)

    assert sign(draft, reason="Échec du CBD seul", key="once-2").status == Status.SIGNED


# --- Replacing, voiding ----------------------------------------------------------------------


def test_a_replacement_voids_what_it_replaces_when_signed():
    old = PrescriptionFactory(signed=True)
    draft = actions.replace(old, by=old.author, at=WRITTEN_AT, key="draft-1")
    old.refresh_from_db()
    assert old.status == Status.SIGNED

    sign(draft)

    old.refresh_from_db()
    assert (old.status, old.void_reason) == (Status.VOIDED, VoidReason.REPLACED)


def test_what_was_dispensed_is_neither_replaced_nor_voided():
    old = PrescriptionFactory(signed=True)
    actions.mark_dispensed(old, at=WRITTEN_AT)
    old.refresh_from_db()

    with pytest.raises(actions.CannotDraft, match="ne peut plus être remplacée"):
        actions.replace(old, by=old.author, at=WRITTEN_AT, key="draft-1")
    with pytest.raises(actions.CannotVoid, match="déjà été délivrée"):
        actions.void(old, reason=VoidReason.TYPING_ERROR, by=old.author, at=WRITTEN_AT)

    assert Prescription.objects.get().status == Status.SIGNED


def test_void():
    signed = PrescriptionFactory(signed=True)

    actions.void(signed, reason=VoidReason.LOST_OR_STOLEN, by=signed.author, at=WRITTEN_AT)

    signed.refresh_from_db()
    assert (signed.status, signed.voided_at) == (Status.VOIDED, WRITTEN_AT)
    assert JournalLine.objects.filter(action="prescription.voided").count() == 1


def test_void_is_refused_twice_and_to_a_colleague():
    signed = PrescriptionFactory(signed=True)
    stranger = MemberFactory()
    with pytest.raises(actions.CannotVoid, match="Seul le prescripteur"):
        actions.void(signed, reason=VoidReason.TYPING_ERROR, by=stranger, at=WRITTEN_AT)
    actions.void(signed, reason=VoidReason.TYPING_ERROR, by=signed.author, at=WRITTEN_AT)

    with pytest.raises(actions.CannotVoid, match="déjà annulée"):
        actions.void(signed, reason=VoidReason.TYPING_ERROR, by=signed.author, at=WRITTEN_AT)

    assert JournalLine.objects.filter(action="prescription.voided").count() == 1


def test_a_voided_period_covers_nothing():
    draft, at = renewal()
    first = Prescription.objects.signed().get()
    actions.void(first, reason=VoidReason.TYPING_ERROR, by=first.author, at=at)

    signed = sign(draft, at=at)

    assert (signed.is_initiation, signed.has_overlap_mention) == (True, False)
