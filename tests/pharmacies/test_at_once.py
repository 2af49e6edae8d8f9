"""Real threads, real transactions: never more than what is due leaves, whoever is first."""

import os
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from pharmacies import actions
from pharmacies.actions import CannotCorrect, CannotDispense, Correction, Given, Handover
from pharmacies.enums import WithdrawalReason
from pharmacies.models import Dispensation, DispensedItem, Received, RegisterLine
from prescriptions.models import Prescription
from tests.pharmacies.factories import (
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
    RegisterLineFactory,
    at_the_counter,
    narcotic_pack,
    register_keeper,
)
from tests.pharmacies.refused import withdraw
from tests.pharmacies.test_actions import DAY, IN_TWO_YEARS
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    LineFactory,
    PrescriptionFactory,
)
from tests.programmes.factories import PackFactory, ProductFactory
from tests.together import together


# `DISPENSE_ROUNDS=200` for the proof that a release asks for: half a minute.
ROUNDS = int(os.environ.get("DISPENSE_ROUNDS", "20"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


class Dropped(Exception):
    """The writer gives up: its transaction is rolled back."""


def act(prescription, by, *, key, days, packs, after=0 * DAY):
    line = prescription.lines.get()
    item = Given(1, line.packs.get().pack_id, "LOT-A1", IN_TWO_YEARS, packs)
    typed = Handover(items=(item,), days={1: days}, dispensed_on=WRITTEN_ON + after)
    at = WRITTEN_AT + after
    return lambda: actions.dispense(prescription, handover=typed, key=key, by=by, at=at)


def ten_days_in_bottles_of_three():
    prescription = PrescriptionFactory(lines=False, duration_days=10)
    product = ProductFactory(narcotic=True, programme=prescription.enrolment.programme)
    PackFactory(product=product, label="Flacon de 3 mL", quantity=Decimal(3))
    LineFactory(prescription=prescription, product=product, days=10)
    signature = {"status": "SIGNED", "signed_at": WRITTEN_AT, "signed_on": WRITTEN_ON}
    Prescription.objects.filter(pk=prescription.pk).update(**signature)
    prescription.refresh_from_db()
    return prescription


def test_two_pharmacists_at_the_same_instant_give_it_once():
    # One enrolment may hold one narcotic period a prescriber: each round has its own patient.
    for _ in range(ROUNDS):
        prescription = PrescriptionFactory(signed=True)
        pharmacists = [at_the_counter(prescription) for _ in range(2)]

        answers = together(
            [act(prescription, by, key="key", days=28, packs=3) for by in pharmacists]
        )

        refused = [answer for answer in answers if isinstance(answer, CannotDispense)]
        assert len(refused) == 1, answers
        assert "déjà délivré" in str(refused[0])
        assert Dispensation.objects.filter(prescription=prescription).count() == 1
        assert Received.objects.filter(prescription=prescription).count() == 1
        items = DispensedItem.objects.filter(line__prescription=prescription)
        assert sum(item.days for item in items) == 28


def correct(received, by, right):
    correction = Correction(WithdrawalReason.WRONG_DAY, right)
    at = WRITTEN_AT + (right - WRITTEN_ON)
    return lambda: actions.correct_presentation(
        received, correction=correction, key="right", by=by, at=at
    )


def test_a_correction_and_a_dispensation_at_the_same_instant():
    """Whoever is first wins, the other is refused: never 28 days upon the day that leaves 18."""
    for _ in range(ROUNDS):
        prescription = PrescriptionFactory(signed=True)
        by = at_the_counter(prescription)
        received = ReceivedFactory(prescription=prescription, recorded_by=by)

        corrected, dispensed = together(
            [
                correct(received, by, WRITTEN_ON + 10 * DAY),
                act(prescription, by, key="key", days=28, packs=3, after=10 * DAY),
            ]
        )

        received.refresh_from_db()
        if isinstance(dispensed, Dispensation):
            assert isinstance(corrected, CannotCorrect), corrected
            assert "annulez-la d’abord" in str(corrected)
            assert not received.is_withdrawn
        else:
            assert isinstance(dispensed, CannotDispense), dispensed
            assert "18 jours à délivrer au plus" in str(dispensed)
            assert prescription.received.standing().get() == corrected


def test_a_withdrawal_and_a_dispensation_past_the_actions():
    for _ in range(ROUNDS):
        received = ReceivedFactory()

        answers = together(
            [partial(DispensationFactory, received=received), partial(withdraw, received)]
        )

        received.refresh_from_db()
        assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1, answers
        assert received.is_withdrawn != received.dispensations.exists()


def test_twenty_parts_of_30_percent_at_once_are_three():
    prescription = ten_days_in_bottles_of_three()
    pharmacists = [at_the_counter(prescription) for _ in range(20)]
    acts = [act(prescription, by, key="key", days=3, packs=1) for by in pharmacists]

    answers = together(acts)

    done = [answer for answer in answers if isinstance(answer, Dispensation)]
    assert len(done) == 3, answers
    assert all(isinstance(answer, Dispensation | CannotDispense) for answer in answers)
    assert sum(DispensedItem.objects.values_list("days", flat=True)) == 9


def test_a_double_click_records_once():
    prescription = PrescriptionFactory(signed=True)
    by = at_the_counter(prescription)

    answers = together([act(prescription, by, key="same", days=28, packs=3) for _ in range(4)])

    assert len({answer.pk for answer in answers}) == 1, answers
    assert DispensedItem.objects.count() == 1


def test_fifty_writers_and_rollbacks_leave_no_gap_in_the_register():
    by = register_keeper()
    pack = narcotic_pack(by)
    pharmacy, writers = by.site, 50

    def write(number):
        def go():
            with transaction.atomic():
                RegisterLineFactory(
                    recorded_by=by, pharmacy=pharmacy, pack=pack, change=1, batch=f"LOT-{number}"
                )
                if number % 3 == 0:
                    raise Dropped

        return go

    answers = together([write(number) for number in range(writers)])

    kept = sum(not isinstance(answer, Exception) for answer in answers)
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} == {Dropped}
    lines = RegisterLine.objects.filter(pharmacy=pharmacy).order_by("number")
    told = [(line.number, line.balance_after) for line in lines]
    assert told == [(number, number) for number in range(1, kept + 1)]


def test_the_database_refuses_without_the_action():
    """The second line of defence: two items inserted at once, past every check."""
    dispensation = DispensationFactory()
    fields = {"dispensation": dispensation, "line": dispensation.prescription.lines.get()}

    answers = together([lambda: DispensedItemFactory(days=20, **fields) for _ in range(2)])

    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1, answers
    assert DispensedItem.objects.get().days == 20
