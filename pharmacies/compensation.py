"""What a pharmacy is owed for a month: one fee a dispensation, by rates that have dates. Pure.

Source: arrêté du 29 décembre 2020, and its version of March 2023; ADR 0045.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path


FILE = Path(__file__).resolve().parent / "data" / "compensation_rates.json"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rate:
    """A fee for one dispensation, tax included. Both days are included."""

    site_kind: str
    amount: Decimal
    valid_from: date
    valid_to: date | None
    source: str

    def is_of(self, site_kind: str, on: date) -> bool:
        return (
            self.site_kind == site_kind
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )


@lru_cache(maxsize=1)
def rates() -> tuple[Rate, ...]:
    """Every rate that was ever in force."""
    return tuple(
        Rate(
            row["site_kind"],
            Decimal(row["amount"]),
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            row["source"],
        )
        for row in json.loads(FILE.read_text())
    )


def rate_of(site_kind: str, on: date, known: Iterable[Rate]) -> Rate | None:
    """The rate of that day; None when no text gave one."""
    return next((rate for rate in known if rate.is_of(site_kind, on)), None)


@dataclass(frozen=True)
class Act:
    """One dispensation, once, whatever it holds: the fee is single."""

    number: str
    enrolment: str
    dispensed_on: date
    recorded_on: date


@dataclass(frozen=True)
class Owed:
    act: Act
    amount: Decimal | None


@dataclass(frozen=True)
class Statement:
    """The acts of a month, in the order of their days, and what they come to."""

    month: date
    rows: Sequence[Owed]
    sources: Sequence[str]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows if row.amount), ZERO)

    @property
    def without_rate(self) -> int:
        return sum(row.amount is None for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """Ten characters that change with any line: two copies are compared by them."""
        told = [f"{row.act.number} {row.act.dispensed_on} {row.amount}" for row in self.rows]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:10].upper()


def statement(month: date, site_kind: str, acts: Iterable[Act], known: Sequence[Rate]) -> Statement:
    """Put a price on each act by the rate of its own day."""
    rows: list[Owed] = []
    sources: dict[str, None] = {}
    for act in sorted(acts, key=lambda one: (one.dispensed_on, one.recorded_on, one.number)):
        rate = rate_of(site_kind, act.dispensed_on, known)
        rows.append(Owed(act, rate.amount if rate else None))
        if rate:
            sources[rate.source] = None
    return Statement(month, rows, tuple(sources))
