"""What a score says: its change since the first measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


def percent_change(first: float, last: float) -> int | None:
    """Return the change in whole percent of the first value, half away from zero; None from 0.

    -30 on a pain scale is the usual threshold of a moderate improvement (from memory).
    """
    if first == 0:
        return None
    change = 100 * (last - first) / first
    return int(change + 0.5) if change >= 0 else -int(-change + 0.5)


def change_in_words(points: Sequence[tuple[date, float]]) -> str:
    """«8 → 3 (−63 % depuis le 02/03/2026)»; "" with fewer than two measures."""
    if len(points) < 2:
        return ""
    (first_on, first), (_, last) = points[0], points[-1]
    change = percent_change(first, last)
    if change is None:
        return ""
    sign = "+" if change > 0 else "\u2212" if change < 0 else ""
    return f"{sign}{abs(change)}\u202f% depuis le {first_on:%d/%m/%Y}"


# --- What a change is usually read as ---------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """How much of a fall counts, in percent of the first measure, bound included."""

    percent: int
    words: str
    source: str


# Farrar 2001 and IMMPACT (Dworkin 2008): 30 % is a moderate, 50 % a substantial improvement of
# pain. From memory, to check.
_PAIN = (
    Reading(50, "amélioration importante", "IMMPACT, Dworkin 2008 (de mémoire, à vérifier)"),
    Reading(30, "amélioration modérée", "Farrar 2001, IMMPACT 2008 (de mémoire, à vérifier)"),
)
# Farrar 2008: 30 % of the numeric scale is clinically important, 20 % the least that is felt.
# From memory, to check.
_SPASTICITY = (
    Reading(30, "amélioration cliniquement importante", "Farrar 2008 (de mémoire, à vérifier)"),
    Reading(20, "réponse initiale", "Farrar 2008 (de mémoire, à vérifier)"),
)
# The usual criterion of trials: half the seizures of 28 days or fewer. From memory, to check.
_SEIZURES = (Reading(50, "répondeur", "Critère usuel des essais (de mémoire, à vérifier)"),)

# By the code of the item; other scores have no threshold that we know.
READINGS: dict[str, tuple[Reading, ...]] = {
    "pain": _PAIN,
    "spasticity": _SPASTICITY,
    "seizures": _SEIZURES,
}


def reading(code: str, first: float, last: float) -> Reading | None:
    """The highest threshold that the fall reaches, before any rounding; None for none.

    >>> reading("pain", 10, 7).words
    'amélioration modérée'
    """
    if first <= 0:
        return None
    fall = 100 * (first - last)
    return next((one for one in READINGS.get(code, ()) if fall >= one.percent * first), None)


# Degrees of the verbal scale, from none: an order, no measure.
VERBAL_DEGREES = ("none", "mild", "moderate", "severe", "unbearable")


def verbal_degree(word: str) -> int | None:
    """0 for none to 4 for unbearable; None for another word."""
    return VERBAL_DEGREES.index(word) if word in VERBAL_DEGREES else None


def is_much_improved(pgic: str) -> bool:
    """Much or very much improved: the two best of seven degrees. Farrar 2001, from memory."""
    return pgic in {"1", "2"}
