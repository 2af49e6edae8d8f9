"""What changes at the counter and in the register of a pharmacy."""

from pharmacies.actions.answers import CannotUndo, Word, intervene, note_of, undo
from pharmacies.actions.balances import close_month, first_month, take_inventory
from pharmacies.actions.bulletins import Alert, acknowledge, issue, reached_by, received
from pharmacies.actions.counter import CannotReceive, dispense, receive
from pharmacies.actions.handover import CannotDispense, Given, Handover
from pharmacies.actions.late import record_made
from pharmacies.actions.notices import CannotAnnounce, announce, answer
from pharmacies.actions.papers import Order, keep_copy, order
from pharmacies.actions.register import CannotEnter, Typed, balance, correct, enter
from pharmacies.actions.supplies import count_supplies


__all__ = [
    "Alert",
    "CannotAnnounce",
    "CannotDispense",
    "CannotEnter",
    "CannotReceive",
    "CannotUndo",
    "Given",
    "Handover",
    "Order",
    "Typed",
    "Word",
    "acknowledge",
    "announce",
    "answer",
    "balance",
    "close_month",
    "correct",
    "count_supplies",
    "dispense",
    "enter",
    "first_month",
    "intervene",
    "issue",
    "keep_copy",
    "note_of",
    "order",
    "reached_by",
    "receive",
    "received",
    "record_made",
    "take_inventory",
    "undo",
]
