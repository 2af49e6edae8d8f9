"""What changes at the counter and in the register of a pharmacy."""

from pharmacies.actions.answers import CannotUndo, Word, intervene, note_of, undo
from pharmacies.actions.balances import close_month, first_month, take_inventory
from pharmacies.actions.bulletins import Alert, acknowledge, issue, reached_by, received
from pharmacies.actions.counter import dispense
from pharmacies.actions.escalation import (
    bulletins_due,
    escalate_bulletin,
    escalate_intervention,
    escalate_notice,
    interventions_due,
    notices_due,
    read_intervention,
    since,
)
from pharmacies.actions.handover import CannotDispense, Given, Handover
from pharmacies.actions.late import record_made
from pharmacies.actions.notices import CannotAnnounce, announce, answer
from pharmacies.actions.papers import Copy, Order, keep_copy, order
from pharmacies.actions.presentations import (
    CannotCorrect,
    CannotReceive,
    Correction,
    correct_presentation,
    last_upon,
    not_correctable,
    receive,
)
from pharmacies.actions.register import CannotEnter, Typed, balance, correct, enter
from pharmacies.actions.supplies import count_supplies


__all__ = [
    "Alert",
    "CannotAnnounce",
    "CannotCorrect",
    "CannotDispense",
    "CannotEnter",
    "CannotReceive",
    "CannotUndo",
    "Copy",
    "Correction",
    "Given",
    "Handover",
    "Order",
    "Typed",
    "Word",
    "acknowledge",
    "announce",
    "answer",
    "balance",
    "bulletins_due",
    "close_month",
    "correct",
    "correct_presentation",
    "count_supplies",
    "dispense",
    "enter",
    "escalate_bulletin",
    "escalate_intervention",
    "escalate_notice",
    "first_month",
    "intervene",
    "interventions_due",
    "issue",
    "keep_copy",
    "last_upon",
    "not_correctable",
    "note_of",
    "notices_due",
    "order",
    "reached_by",
    "read_intervention",
    "receive",
    "received",
    "record_made",
    "since",
    "take_inventory",
    "undo",
]
