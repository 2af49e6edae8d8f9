"""No answer, and why: the code that is kept, the words that are typed for it.

Kept in the answers as `{"missing": "REFUSED"}`: no number, choice nor text can be taken for it.
"""

from collections.abc import Iterable

from core.text import fold
from programmes.enums import Missing


# The key of the object that stands for an answer.
KEY = "missing"

# What is typed in the field of a number or of a date, beside the whole words.
SHORT: dict[str, str] = {
    Missing.NOT_DONE: "nf",
    Missing.UNKNOWN: "inc",
    Missing.REFUSED: "ref",
    Missing.NOT_APPLICABLE: "na",
}
_BY_WORD = {fold(one.label): one.value for one in Missing} | {
    short: code for code, short in SHORT.items()
}


def stored(absent: str) -> dict[str, str]:
    return {KEY: absent}


def is_missing(value: object) -> bool:
    return isinstance(value, dict) and KEY in value


def code(value: object) -> str:
    """The code of an answer that is missing; "" of any other."""
    return str(value[KEY]) if isinstance(value, dict) and KEY in value else ""


def label(absent: str) -> str:
    return dict(Missing.choices).get(absent, absent)


def typed(text: object, allowed: Iterable[str]) -> str:
    """The code that was typed, among those the question allows; "" when it is none.

    >>> typed("Non Fait", ["NOT_DONE"])
    'NOT_DONE'
    """
    found = _BY_WORD.get(fold(str(text)), "")
    return found if found in allowed else ""


def words(allowed: Iterable[str]) -> list[tuple[str, str, str]]:
    """Code, label and what is typed, in the order of the list."""
    return [(absent, label(absent), SHORT[absent]) for absent in allowed]
