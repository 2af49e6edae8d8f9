"""A wrong day of presentation is withdrawn, stays as it was written, and gives way to the right."""

import pytest
from django.db import IntegrityError, transaction

from core import once
from core.models import DoneOnce, JournalLine
from pharmacies import actions, sheet
from pharmacies.actions import CannotCorrect, CannotDispense, CannotReceive, Correction
from pharmacies.enums import UndoReason, WithdrawalReason
from pharmacies.models import Received
from pharmacies.rights import refusal_of_correction
from tests.pharmacies.factories import ReceivedFactory, at_the_counter
from tests.pharmacies.refused import upon_a_withdrawn_day
from tests.pharmacies.test_actions import DAY, dispense, end
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory


# Days after the writing: all of the 28 days are due at the latest, then days are lost.
IN_TIME, LATE = 3 * DAY, 10 * DAY


def presented_late(**changes):
    """Presented in time, typed as presented ten days after the writing."""
    prescription = PrescriptionFactory(signed=True, **changes)
    by = at_the_counter(prescription)
    return receive(prescription, by, LATE), by


def receive(prescription, by, after, *, key="received"):
    on, at = WRITTEN_ON + after, WRITTEN_AT + after
    return actions.receive(prescription, presented_on=on, key=key, by=by, at=at)


def correct(wrong, by, after=None, *, reason=None, key="corrected", at=WRITTEN_AT + LATE):
    right = None if after is None else WRITTEN_ON + after
    reason = reason or (WithdrawalReason.WRONG_DAY if right else WithdrawalReason.OTHER_PAPER)
    correction = Correction(reason=reason, presented_on=right)
    return actions.correct_presentation(wrong, correction=correction, key=key, by=by, at=at)


def days_due(prescription, by, after=LATE):
    row = sheet.read(prescription, member=by, on=WRITTEN_ON + after).rows[0]
    return row.due.days


def stands(received):
    """Nothing changed: one row, not withdrawn, no line of the journal."""
    received.refresh_from_db()
    told = JournalLine.objects.filter(action="presentation.withdrawn").exists()
    return Received.objects.count() == 1 and not received.is_withdrawn and not told


# --- Rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "right_on", "said"),
    [
        (WithdrawalReason.WRONG_DAY, WRITTEN_ON + DAY, ""),
        (WithdrawalReason.WRONG_DAY, WRITTEN_ON, "déjà enregistré"),
        (WithdrawalReason.WRONG_DAY, None, "le bon jour"),
        (WithdrawalReason.OTHER_PAPER, None, ""),
        (WithdrawalReason.OTHER_PAPER, WRITTEN_ON + DAY, "laissez le jour vide"),
        (WithdrawalReason.NOT_ORDERED, None, ""),
        (WithdrawalReason.NOT_ORDERED, WRITTEN_ON + DAY, "laissez le jour vide"),
    ],
)
def test_a_wrong_day_has_a_right_one_the_other_reasons_have_none(reason, right_on, said):
    refused = refusal_of_correction(reason, wrong_on=WRITTEN_ON, right_on=right_on)

    assert said in refused
    assert bool(said) == bool(refused)


# --- Put right -----------------------------------------------------------------------------------


def test_the_right_day_gives_back_the_days_that_were_lost():
    wrong, by = presented_late()
    prescription = wrong.prescription
    lost = days_due(prescription, by)

    right = correct(wrong, by, IN_TIME)

    assert (lost, days_due(prescription, by)) == (18, 28)
    wrong.refresh_from_db()
    assert (wrong.presented_on, wrong.withdrawal_reason) == (WRITTEN_ON + LATE, "WRONG_DAY")
    assert (wrong.withdrawn_at, wrong.withdrawn_by) == (WRITTEN_AT + LATE, by)
    assert (right.presented_on, right.fraction_no) == (WRITTEN_ON + IN_TIME, 1)
    assert list(prescription.received.standing()) == [right]
    done = dispense(prescription, by, on=WRITTEN_ON + LATE)
    assert (done.received, done.items.get().days) == (right, 28)
    line = JournalLine.objects.get(action="presentation.withdrawn")
    assert (line.target_id, line.actor_id) == (str(wrong.pk), by.pk)
    assert line.subject == str(prescription.enrolment.public_id)
    assert line.detail["presented_on"] == "2026-03-12"
    assert line.detail["motive"] == "WRONG_DAY"
    assert JournalLine.objects.filter(action="prescription.received").count() == 2


def test_a_day_typed_too_early_takes_back_the_days_that_were_not_due():
    prescription = PrescriptionFactory(signed=True)
    by = at_the_counter(prescription)
    wrong = receive(prescription, by, IN_TIME)

    correct(wrong, by, LATE)

    with pytest.raises(CannotDispense, match="18 jours à délivrer au plus"):
        dispense(prescription, by, on=WRITTEN_ON + LATE)


def test_what_was_not_presented_at_all_may_be_presented_later_under_another_key():
    wrong, by = presented_late()
    prescription = wrong.prescription

    assert correct(wrong, by) is None

    assert not prescription.received.standing().exists()
    with pytest.raises(CannotReceive, match="puis son jour annulé"):
        receive(prescription, by, LATE)
    assert receive(prescription, by, IN_TIME, key="again").presented_on == WRITTEN_ON + IN_TIME


def test_the_same_form_is_done_once():
    wrong, by = presented_late()

    right = correct(wrong, by, IN_TIME)

    assert correct(wrong, by, IN_TIME) == right
    assert Received.objects.count() == 2
    with pytest.raises(once.AnotherBody):
        correct(wrong, by, 2 * DAY)
    assert correct(right, by, key="none") is None
    assert correct(right, by, key="none") is None


def test_a_corrected_day_may_be_corrected_again_and_each_stays():
    wrong, by = presented_late()
    second = correct(wrong, by, IN_TIME)

    third = correct(second, by, DAY, key="again")

    days = Received.objects.order_by("pk").values_list("presented_on", flat=True)
    assert list(days) == [WRITTEN_ON + LATE, WRITTEN_ON + IN_TIME, WRITTEN_ON + DAY]
    assert list(Received.objects.standing()) == [third]


def test_what_the_page_read_before_no_longer_holds():
    wrong, by = presented_late()
    seen = sheet.read(wrong.prescription, member=by, on=WRITTEN_ON + LATE)

    correct(wrong, by, IN_TIME)

    assert not seen.is_of(wrong.prescription, WRITTEN_ON + LATE)


def test_the_day_that_an_undone_dispensation_left_is_corrected():
    prescription = PrescriptionFactory(signed=True)
    by = at_the_counter(prescription)
    undone = dispense(prescription, by, on=WRITTEN_ON + LATE, days=18, packs=2)
    at = WRITTEN_AT + LATE
    actions.undo(undone, reason=UndoReason.NOT_COLLECTED, by=by, at=at)

    correct(undone.received, by, IN_TIME)

    assert dispense(prescription, by, key="2", on=WRITTEN_ON + LATE).items.get().days == 28


# --- Refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "message", "field"),
    [
        (-DAY, "datée du 2 mars 2026", "presented_on"),
        (LATE + DAY, "futur", "presented_on"),
        (LATE, "déjà enregistré", "presented_on"),
    ],
)
def test_the_new_day_obeys_the_rules_of_any_other(after, message, field):
    wrong, by = presented_late()

    with pytest.raises(CannotCorrect, match=message) as refused:
        correct(wrong, by, after)

    assert refused.value.field == field
    assert stands(wrong)
    assert DoneOnce.objects.count() == 1


def test_another_pharmacy_corrects_nothing():
    wrong, _ = presented_late()

    with pytest.raises(CannotCorrect, match="Seule la pharmacie qui a saisi"):
        correct(wrong, at_the_counter(wrong.prescription), IN_TIME)

    assert stands(wrong)


def test_a_day_that_a_dispensation_hangs_on_stays():
    wrong, by = presented_late()
    dispense(wrong.prescription, by, on=WRITTEN_ON + LATE, days=18, packs=2)

    with pytest.raises(CannotCorrect, match="dispensation du 12 mars 2026 compte sur ce jour"):
        correct(wrong, by, IN_TIME)

    assert stands(wrong)


def test_a_day_is_withdrawn_once():
    wrong, by = presented_late()
    correct(wrong, by)

    with pytest.raises(CannotCorrect, match="déjà été annulé le 12 mars 2026"):
        correct(wrong, by, IN_TIME, key="other")

    assert JournalLine.objects.filter(action="presentation.withdrawn").count() == 1


def test_who_may_no_longer_be_served_is_withdrawn_and_not_presented_again():
    wrong, by = presented_late()
    end(wrong.prescription)

    with pytest.raises(CannotCorrect, match="ne participe plus"):
        correct(wrong, by, IN_TIME)

    assert stands(wrong)
    assert correct(wrong, by) is None


def fractions_presented():
    """Four fractions of 7 days: the first handed over in time, the second presented."""
    prescription = PrescriptionFactory(signed=True, fraction_days=7, is_single_supply=False)
    by = at_the_counter(prescription)
    first = dispense(prescription, by, days=7, packs=1)
    second = receive(prescription, by, 7 * DAY)
    assert second.fraction_no == 2
    return first, second, by


def test_the_first_fraction_waits_for_the_second_to_be_withdrawn():
    first, second, by = fractions_presented()
    actions.undo(first, reason=UndoReason.NOT_COLLECTED, by=by, at=WRITTEN_AT + LATE)

    with pytest.raises(CannotCorrect, match="La fraction 2 est présentée depuis"):
        correct(first.received, by, DAY)
    with pytest.raises(CannotCorrect, match="la fraction 1, présentée le 2 mars 2026"):
        correct(second, by, 8 * DAY)

    assert Received.objects.standing().count() == 2
    correct(second, by)
    assert correct(first.received, by, DAY, key="first").presented_on == WRITTEN_ON + DAY


def test_each_fraction_is_corrected_by_itself():
    first, second, by = fractions_presented()

    right = correct(second, by, 8 * DAY)

    assert (right.fraction_no, right.presented_on) == (2, WRITTEN_ON + 8 * DAY)
    assert first.received in Received.objects.standing()


def test_the_database_refuses_what_the_action_would():
    """A standing presentation beside a withdrawn one is not a second one."""
    withdrawn = ReceivedFactory(withdrawn=True)
    ReceivedFactory(prescription=withdrawn.prescription)

    with pytest.raises(IntegrityError, match="pharmacies_dispensed_once_presented"):
        with transaction.atomic():
            upon_a_withdrawn_day()
    with pytest.raises(IntegrityError, match="pharmacies_received_once"):
        ReceivedFactory(prescription=withdrawn.prescription)
