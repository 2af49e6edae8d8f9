"""How much two persons look alike: a score, and why. No database, no clock.

Weights have no legal source (ADR 0025): they order what a person then looks at, and block nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.text import fold
from patients.enums import Likeness as Reason


# Out of 100. From the first, a candidate is shown; from the second, the pair is kept for review
# unless it was said that they are two persons.
SHOWN_FROM, KEPT_FROM = 60, 75

# Points: name 35, birth date 35, first name 20, sex 5, place 5.
_POINTS = {
    Reason.SAME_NAME: 35,
    Reason.NAME_ALIKE: 27,
    Reason.SWAPPED_NAMES: 50,
    Reason.SAME_DATE: 35,
    Reason.DATE_INCOMPLETE: 28,
    Reason.DATE_SWAPPED: 25,
    Reason.DATE_ALIKE: 20,
    Reason.SAME_FIRST_NAME: 20,
    Reason.FIRST_NAME_AMONG: 16,
    Reason.FIRST_NAME_ALIKE: 12,
    Reason.OTHER_FIRST_NAME: -15,
    Reason.SAME_SEX: 5,
    Reason.OTHER_SEX: -10,
    Reason.SAME_PLACE: 5,
}
_UNKNOWN_PLACE = "99999"

# French spellings of one sound, in order.
_SOUNDS = (
    (r"ph", "f"), (r"h", ""), (r"eaux?|aux?", "o"), (r"ai|ei|ay|ey", "e"), (r"y", "i"),
    (r"qu|q|ck|k", "c"), (r"c(?=[ei])|z", "s"), (r"w", "v"), (r"oe", "e"),
    (r"(.)\1+", r"\1"), (r"[stxdez]+$", ""),
)  # fmt: skip


class Traits(Protocol):
    """Of `patients.identity.Person`."""

    @property
    def birth_name(self) -> str: ...
    @property
    def used_name(self) -> str: ...
    @property
    def first_names(self) -> Sequence[str]: ...
    @property
    def sex(self) -> str: ...
    @property
    def birth_iso(self) -> str: ...
    @property
    def birth_place(self) -> str: ...


@dataclass(frozen=True)
class Score:
    """0 to 100. `reasons` in the order of a sentence."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        return " · ".join(reason.label for reason in self.reasons)


def compare(one: Traits, other: Traits) -> Score:
    """The same in both directions."""
    reasons = [_names(one, other), _dates(one.birth_iso, other.birth_iso)]
    if reasons[0] != Reason.SWAPPED_NAMES:
        reasons.append(_first_names(one.first_names, other.first_names))
    known = {one.sex, other.sex} <= {"F", "M"}
    if one.sex == other.sex:
        reasons.append(Reason.SAME_SEX)
    elif known:
        reasons.append(Reason.OTHER_SEX)
    if one.birth_place == other.birth_place != _UNKNOWN_PLACE:
        reasons.append(Reason.SAME_PLACE)
    found = tuple(reason for reason in reasons if reason is not None)
    total = sum(_POINTS[reason] for reason in found)
    return Score(max(0, min(total, 100)), found)


def _names(one: Traits, other: Traits) -> Reason | None:
    mine = {_plain(name) for name in (one.birth_name, one.used_name) if name}
    theirs = {_plain(name) for name in (other.birth_name, other.used_name) if name}
    first = [_plain(who.first_names[0]) if who.first_names else "" for who in (one, other)]
    if first[0] in theirs and first[1] in mine and not mine & theirs:
        return Reason.SWAPPED_NAMES
    if mine & theirs:
        return Reason.SAME_NAME
    if any(_alike(a, b) for a in mine for b in theirs):
        return Reason.NAME_ALIKE
    return None


def _first_names(mine: Sequence[str], theirs: Sequence[str]) -> Reason | None:
    if not mine or not theirs:
        return None
    one, other = [_plain(name) for name in mine], [_plain(name) for name in theirs]
    if one[0] == other[0]:
        return Reason.SAME_FIRST_NAME
    if one[0] in other or other[0] in one:
        return Reason.FIRST_NAME_AMONG
    return Reason.FIRST_NAME_ALIKE if _alike(one[0], other[0]) else Reason.OTHER_FIRST_NAME


def _dates(mine: str, theirs: str) -> Reason | None:
    """ISO dates of ten, seven or four characters."""
    if mine == theirs:
        return Reason.SAME_DATE
    shorter, longer = sorted((mine, theirs), key=len)
    if len(shorter) < len(longer):
        return Reason.DATE_INCOMPLETE if longer.startswith(shorter) else None
    one, other = mine.split("-"), theirs.split("-")
    if len(one) == 3 and one == [other[0], other[2], other[1]]:
        return Reason.DATE_SWAPPED
    differ = sum(a != b for a, b in zip(one, other, strict=True))
    return Reason.DATE_ALIKE if len(one) > 1 and differ == 1 else None


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")


def sound(name: str) -> str:
    """One spelling for names that sound alike in French: «Phélippeaux», «Félipo»."""
    heard = _plain(name)
    for spelling, written in _SOUNDS:
        heard = re.sub(spelling, written, heard)
    return heard


def _alike(one: str, other: str) -> bool:
    """One slip of the finger (two in a long name), or the same sound."""
    allowed = 2 if min(len(one), len(other)) >= 8 else 1
    if min(len(one), len(other)) >= 4 and _slips(one, other, allowed) <= allowed:
        return True
    return len(sound(one)) > 1 and sound(one) == sound(other)


def _slips(one: str, other: str, enough: int) -> int:
    """Letters added, lost, changed, or exchanged with the next one; counted no further."""
    if abs(len(one) - len(other)) > enough:
        return enough + 1
    earlier: list[int] = []
    before = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        earlier, before = before, row
    return before[-1]
