"""What a scanner reads of the box of a medicine: its code, its batch, its expiry. Pure.

The mark holds the product, the serial number, the batch and the expiry: règlement délégué (UE)
2016/161 art. 4 and 5. Elements and their lengths: GS1 General Specifications, section 3.
`static/box.js` reads the same way while one types.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date


# Ends an element of variable length. Scanners that act as a keyboard often lose it.
GS = "\x1d"
_PREFIX = re.compile(r"^(\][A-Za-z]\d)?\x1d?(?=01\d{14})")
# Element, digits. 01: the product; 11: made on; 17: to use before.
_FIXED = {"01": 14, "11": 6, "17": 6}
# 10: batch; 21: serial number.
_VARIABLE = frozenset({"10", "21"})
# GS1: characters of a batch.
_LONGEST = 20


@dataclass(frozen=True)
class Box:
    """`batch` is "" and `expires_on` None when the code could not be read to its end."""

    gtin: str
    batch: str = ""
    expires_on: date | None = None

    def is_of(self, cip13: str) -> bool:
        """Whether it may be that pack: yes when its code is not known. GTIN-14 of a CIP13."""
        return not cip13 or self.gtin == f"0{cip13}"


def read_box(text: str) -> Box | None:
    """What the code of a whole box says; None when the text is no such code.

    Nothing is guessed: without its separators, a batch that could hold the serial number is not
    read.
    """
    typed = text.strip(" ")
    start = _PREFIX.match(typed)
    if start is None:
        return None
    gtin = typed[start.end() + 2 :][:14]
    found = _elements(typed[start.end() :])
    batch, expires_on = found.get("10", ""), _day(found.get("17", ""))
    is_doubtful = GS not in typed and "21" in batch
    if not batch or len(batch) > _LONGEST or expires_on is None or is_doubtful:
        return Box(gtin)
    return Box(gtin, batch, expires_on)


def _elements(rest: str) -> dict[str, str]:
    """Each element by its identifier; nothing after one that is not known."""
    found: dict[str, str] = {}
    while (name := rest[:2]) in _FIXED or name in _VARIABLE:
        if name in _FIXED:
            end = 2 + _FIXED[name]
            found[name], rest = rest[2:end], rest[end:]
        else:
            found[name], _, rest = rest[2:].partition(GS)
        rest = rest.removeprefix(GS)
    return found if not rest else {}


def _day(text: str) -> date | None:
    """AAMMJJ; day 00 is the last of the month."""
    if not re.fullmatch(r"\d{6}", text):
        return None
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
