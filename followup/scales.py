"""What a score says: change since the first measure, words of the global impression."""

from collections.abc import Sequence
from datetime import date


# Patient Global Impression of Change, seven points, from «very much improved» on: free of use
# (domain.md 7.2).
PGIC: tuple[tuple[int, str], ...] = (
    (1, "Très fortement améliorée"),
    (2, "Fortement améliorée"),
    (3, "Légèrement améliorée"),
    (4, "Inchangée"),
    (5, "Légèrement aggravée"),
    (6, "Fortement aggravée"),
    (7, "Très fortement aggravée"),
)


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


def pgic_in_words(value: int) -> str:
    return dict(PGIC).get(value, "")
