"""What changes at the counter and in the register of a pharmacy."""

from pharmacies.actions.balances import close_month, first_month, take_inventory
from pharmacies.actions.counter import (
    CannotDispense,
    CannotReceive,
    Given,
    Handover,
    dispense,
    receive,
)
from pharmacies.actions.papers import Order, keep_copy, order
from pharmacies.actions.register import CannotEnter, Typed, balance, correct, enter, undo


__all__ = [
    "CannotDispense",
    "CannotEnter",
    "CannotReceive",
    "Given",
    "Handover",
    "Order",
    "Typed",
    "balance",
    "close_month",
    "correct",
    "dispense",
    "enter",
    "first_month",
    "keep_copy",
    "order",
    "receive",
    "take_inventory",
    "undo",
]
