"""Comparing what people type: names, codes, search terms."""

import re
import unicodedata
from datetime import datetime


# Letters that Unicode does not decompose.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)


def fold(value: str) -> str:
    """Return the value without accents, case, hyphens, apostrophes, ligatures, extra spaces.

    >>> fold("  Jean-Éric  d’Œuvre ")
    'jean eric d oeuvre'
    """
    plain = unicodedata.normalize("NFKD", value.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


def uncapitalised(words: str) -> str:
    """A label inside a sentence: its first letter only, and not when it stands for a code.

    >>> uncapitalised("Effet indésirable"), uncapitalised("CBD seul"), uncapitalised("M3")
    ('effet indésirable', 'CBD seul', 'M3')
    """
    is_code = words[1:2].isupper() or words[1:2].isdigit()
    return words if is_code else words[:1].lower() + words[1:]


def utc_offset(at: datetime) -> str:
    """How far the hour of an aware instant stands from UTC.

    >>> utc_offset(datetime.fromisoformat("2026-07-01T12:00:00+02:00"))
    'UTC+02:00'
    """
    offset = f"{at:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"
