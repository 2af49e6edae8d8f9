"""French numbers in full letters, as a secure prescription requires them."""

from decimal import Decimal


# No prescription comes near it; above, the caller has made a mistake.
LIMIT = 10_000_000
MAX_DECIMALS = 6

_UNITS = [
    *["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    *["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"],
    *["dix-sept", "dix-huit", "dix-neuf"],
]
_TENS = {
    2: "vingt",
    3: "trente",
    4: "quarante",
    5: "cinquante",
    6: "soixante",
    7: "soixante",
    8: "quatre-vingt",
    9: "quatre-vingt",
}


def in_words(number: Decimal | int, feminine: bool = False) -> str:
    """Return the number in full letters, in the traditional spelling.

    :param number: from 0 to `LIMIT`, not included, with at most `MAX_DECIMALS` decimals
    :param feminine: «une» for a feminine unit (une goutte, vingt et une gouttes)

    >>> in_words(Decimal("0.25"))
    'zéro virgule vingt-cinq'
    """
    number = Decimal(number)
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} is not written in full letters here.")
    whole = int(number)
    words = _whole(whole)
    decimals = format(number.normalize(), "f").partition(".")[2]
    if len(decimals) > MAX_DECIMALS:
        raise ValueError(f"{number} has too many decimals.")
    if decimals:
        zeros = len(decimals) - len(decimals.lstrip("0"))
        return " ".join([words, "virgule", *zeros * ["zéro"], _whole(int(decimals))])
    return words + "e" if feminine and _ends_in_one(whole) else words


def _ends_in_one(number: int) -> bool:
    return number % 10 == 1 and number % 100 not in (11, 71, 91)


def _whole(number: int) -> str:
    millions, rest = divmod(number, 1_000_000)
    thousands, units = divmod(rest, 1000)
    parts = []
    if millions:
        parts.append("un million" if millions == 1 else f"{_thousand(millions)} millions")
    if thousands:
        parts.append("mille" if thousands == 1 else f"{_thousand(thousands, plural=False)} mille")
    if units or not parts:
        parts.append(_thousand(units))
    return " ".join(parts)


def _thousand(number: int, *, plural: bool = True) -> str:
    """0 to 999. «Cents» and «quatre-vingts» lose their s before «mille»."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _hundred(rest, plural=plural)
    cent = "cent" if hundreds == 1 else f"{_UNITS[hundreds]} cent"
    if rest:
        return f"{cent} {_hundred(rest, plural=plural)}"
    return f"{cent}s" if plural and hundreds > 1 else cent


def _hundred(number: int, *, plural: bool) -> str:
    if number < 20:
        return _UNITS[number]
    ten, unit = divmod(number, 10)
    if ten in (7, 9):
        unit += 10
    if unit == 0:
        return "quatre-vingts" if ten == 8 and plural else _TENS[ten]
    if unit in (1, 11) and ten < 8:
        return f"{_TENS[ten]} et {_UNITS[unit]}"
    return f"{_TENS[ten]}-{_UNITS[unit]}"
