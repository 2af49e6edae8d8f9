"""What may be told of a count without telling of a person (security.md 7.3, ADR 0071).

Pure: counts come in, what is published goes out. Nothing published depends on the true value of a
masked cell, so nobody can narrow it down, with this table or with all of them together.
"""

from collections.abc import Iterable, Mapping
from typing import TypedDict


# Patients. Counts below it are masked, 0 included. The rule of French health data (SNDS).
THRESHOLD = 11
# Others are told to the nearest multiple.
BASE = 5


class Cell(TypedDict):
    valeur: int | None
    masque: bool


class Total(TypedDict):
    valeur: int
    au_moins: bool


def publish(count: int) -> int | None:
    """The multiple of 5 nearest to the count, or None from 0 to 10."""
    return None if count < THRESHOLD else BASE * ((count + BASE // 2) // BASE)


def cell(count: int) -> Cell:
    value = publish(count)
    return {"valeur": value, "masque": value is None}


def total(cells: Iterable[Cell]) -> Total:
    """The sum of what is published; «au moins» when a cell of it is masked."""
    cells = list(cells)
    return {
        "valeur": sum(one["valeur"] or 0 for one in cells),
        "au_moins": any(one["masque"] for one in cells),
    }


def together(totals: Iterable[Total]) -> Total:
    """The sum of totals, each already a function of published cells."""
    totals = list(totals)
    return {
        "valeur": sum(one["valeur"] for one in totals),
        "au_moins": any(one["au_moins"] for one in totals),
    }


def cells(counts: Mapping[str, int]) -> dict[str, Cell]:
    return {code: cell(count) for code, count in counts.items()}
