"""What a score says: its change since the first measure."""

from collections.abc import Sequence
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
