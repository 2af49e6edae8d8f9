"""What each movement of the register must say, and what a balance is: tables."""

from datetime import date
from decimal import Decimal

import pytest

from pharmacies import stock
from pharmacies.enums import MovementKind as Kind
from pharmacies.enums import Shelf
from pharmacies.stock import Balance, Written


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        (Kind.RECEIPT, {}, "reference"),
        (Kind.RECEIPT, {"reference": " "}, "reference"),
        (Kind.RECEIPT, {"reference": "BL 12"}, None),
        (Kind.PATIENT_RETURN, {}, None),
        (Kind.SUPPLIER_RETURN, {}, "reference"),
        (Kind.SET_ASIDE, {}, "reason"),
        (Kind.SET_ASIDE, {"reason": "Périmé"}, None),
        (Kind.DESTRUCTION, {}, "reference"),
        (Kind.DESTRUCTION, {"reference": "PV 1"}, "witness"),
        (Kind.DESTRUCTION, {"reference": "PV 1", "witness": "Dr Roy"}, None),
        (Kind.LOSS, {}, "reason"),
        (Kind.THEFT, {}, "reason"),
    ],
)
def test_what_a_movement_must_say(kind, said, field):
    empty = {"reference": "", "reason": "", "witness": ""}

    found = stock.missing(kind, **empty | said)

    assert (found and found[0]) == field


def test_what_came_back_or_expired_never_returns_to_the_stock():
    gains = {
        kind
        for kind, movement in stock.MOVEMENTS.items()
        if any((one.shelf, one.sign) == (Shelf.STOCK, 1) for one in movement.effects)
    }

    assert gains == {Kind.RECEIPT}


def test_the_balance_of_a_month():
    lines = [
        Written(5, 1, Shelf.STOCK, Decimal(200)),
        Written(6, 1, Shelf.STOCK, Decimal("-30.5")),
        Written(7, 2, Shelf.SET_ASIDE, Decimal(3)),
    ]

    found = stock.balances(lines, {(1, Shelf.STOCK): Decimal(10), (9, Shelf.STOCK): Decimal(4)})

    assert found == {
        (1, Shelf.STOCK): Balance(Decimal(10), Decimal(200), Decimal("30.5")),
        (2, Shelf.SET_ASIDE): Balance(Decimal(0), Decimal(3), Decimal(0)),
        (9, Shelf.STOCK): Balance(Decimal(4)),
    }
    assert found[1, Shelf.STOCK].closing == Decimal("179.5")


@pytest.mark.parametrize(
    ("month", "last_closed", "today", "said"),
    [
        (date(2026, 4, 1), None, date(2026, 5, 1), ""),
        (date(2026, 4, 1), None, date(2026, 4, 30), "pas terminé"),
        (date(2026, 5, 1), None, date(2026, 9, 1), "04/2026"),
        (date(2027, 1, 1), date(2026, 12, 1), date(2027, 2, 1), ""),
        (date(2027, 2, 1), date(2026, 12, 1), date(2027, 5, 1), "01/2027"),
    ],
)
def test_months_are_closed_in_order_once_they_are_over(month, last_closed, today, said):
    refused = stock.refusal_to_close(
        month, last_closed=last_closed, first=date(2026, 4, 1), today=today
    )

    assert bool(said) == bool(refused)
    assert said in refused
