"""French sentences of the counter: dates, days, quantities. No law here."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from core.numbers import french_number
from prescriptions.words import unit_symbol


_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
THIN = "\u202f"


def in_full(day: date) -> str:
    """1er mai 2026."""
    return f"{_day_and_month(day)} {day.year}"


def two_dates(first: date, second: date) -> tuple[str, str]:
    """Both dates, the year being said only when they do not share it."""
    if first.year == second.year:
        return _day_and_month(first), _day_and_month(second)
    return in_full(first), in_full(second)


def _day_and_month(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[day.month - 1]}"


def plural(count: int, noun: str) -> str:
    """1 jour, 2 jours: nouns that take an s."""
    return f"{count} {noun}{'s' if count > 1 else ''}"


def days(count: int) -> str:
    return plural(count, "jour")


def already(given: int) -> tuple[str, ...]:
    """What was handed over before, in days; nothing for nothing."""
    verb = "délivré" if given == 1 else "délivrés"
    return (f"Déjà {verb}{THIN}: {days(given)}.",) if given else ()


def finished(on: date) -> str:
    return f"Tout est déjà délivré, en dernier lieu le {in_full(on)}. Rien ne reste à délivrer."


def amount(quantity: Decimal, unit: str, form: str) -> str:
    """28 mL, 1,5 g, 2 comprimés."""
    return f"{french_number(quantity)}\u00a0{unit_symbol(unit, form, quantity)}"


def packs(count: int, label: str) -> str:
    """«3 × Flacon de 10 mL»: labels of packs are names, they take no plural."""
    return f"{count}\u00a0×\u00a0{label}"


def listed(parts: Iterable[str]) -> str:
    """a, b et c."""
    *others, last = parts
    return f"{', '.join(others)} et {last}" if others else last


def expiry(last_day: date) -> str:
    """The month printed on the pack: 06/2027."""
    return f"{last_day:%m/%Y}"


def unit(symbol: str, form: str) -> str:
    """The unit of a column of quantities: mL, g, comprimés."""
    return unit_symbol(symbol, form, 2)
