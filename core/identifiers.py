"""Check digits of French identifiers, and of our own short codes.

A right key proves the typing, never that the person or place exists. Algorithms and vectors:
`tests/core/test_identifiers.py`.
"""

import re
from collections.abc import Callable


# Crockford's base 32: no I, L, O, U. The five last characters only serve as a check (mod 37).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = ALPHABET + "*~$=U"

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LETTER_OF_CORSICA = str.maketrans({"A": "1", "B": "2"})
# First digit: 1 and 2, or a provisional number (3, 4, 7, 8).
_NIR = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}", re.ASCII)


def compact(value: str) -> str:
    """The value without any space, in capitals: what is stored and compared."""
    return "".join(value.split()).upper()


def _digits(value: str, length: int) -> bool:
    return re.fullmatch(rf"\d{{{length}}}", value, re.ASCII) is not None


def luhn_ok(value: str) -> bool:
    """True when the last digit is the Luhn key of the others."""
    if not re.fullmatch(r"\d+", value, re.ASCII):
        return False
    total = 0
    for rank, digit in enumerate(reversed(value)):
        doubled = int(digit) * (2 if rank % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _with_luhn_key(value: str) -> str:
    return next(value + key for key in "0123456789" if luhn_ok(value + key))


def rpps_ok(value: str) -> bool:
    value = compact(value)
    return _digits(value, 11) and luhn_ok(value)


def make_rpps(n: int) -> str:
    """Return the n-th synthetic RPPS number, for the demonstration and the tests."""
    return _with_luhn_key(f"10{n:08d}")


def _finess_digits(value: str) -> str:
    """The number with the letter of Corsica read as a digit (A: 1, B: 2)."""
    if re.match(r"2[AB]", value):
        return value[0] + value[1].translate(_LETTER_OF_CORSICA) + value[2:]
    return value


def finess_ok(value: str) -> bool:
    digits = _finess_digits(compact(value))
    return _digits(digits, 9) and luhn_ok(digits)


def make_finess(departement: str, n: int) -> str:
    """Return the n-th synthetic FINESS number of a département («75», «2A», «971»)."""
    body = departement.upper() + str(n).zfill(8 - len(departement))
    return body + _with_luhn_key(_finess_digits(body))[-1]


def nir_key(body: str) -> int:
    """Key of the 13 first characters: 97 minus the number modulo 97, from 1 to 97."""
    corsica = body[5:7]
    number = int(body[:5] + {"2A": "19", "2B": "18"}.get(corsica, corsica) + body[7:])
    return 97 - number % 97


def nir_ok(value: str) -> bool:
    """True for 15 characters whose key is right, provisional numbers included."""
    value = compact(value)
    return _NIR.fullmatch(value) is not None and int(value[13:]) == nir_key(value[:13])


def nir_warning(value: str) -> str:
    """Return what is unusual in a number whose key is right, in French; empty if nothing."""
    value = compact(value)
    if value[0] in "3478":
        return "Ce numéro est provisoire : vérifiez-le sur l’attestation de droits."
    month = int(value[3:5])
    # Pseudo-months of incomplete civil status: 20 to 42, and 50 to 99.
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50):
        return "Le mois de naissance de ce numéro n’existe pas : vérifiez la saisie."
    return ""


def _ean13_ok(value: str) -> bool:
    total = sum(int(digit) * (3 if rank % 2 else 1) for rank, digit in enumerate(value))
    return total % 10 == 0


def cip13_ok(value: str) -> bool:
    """True for a presentation code. `34008…` is kept for UCD codes."""
    value = compact(value)
    return (
        _digits(value, 13)
        and value.startswith("3400")
        and not value.startswith("34008")
        and _ean13_ok(value)
    )


def ucd13_ok(value: str) -> bool:
    value = compact(value)
    return _digits(value, 13) and value.startswith("34008") and _ean13_ok(value)


def _check(random: str) -> str:
    number = 0
    for character in random:
        number = number * 32 + ALPHABET.index(character)
    return CHECKS[number % 37]


# What a code names: a participation, or a printed document. They stand on one paper.
NUMBER, DOCUMENT = "RC", "RV"


def draw_code(draw: Callable[[str], str], prefix: str = NUMBER) -> str:
    """A new code whose check is a digit or a letter: `*~$=` are hard to read and to type.

    :param draw: picks one character of a string at random
    """
    while True:
        random = "".join(draw(ALPHABET) for _ in range(12))
        if _check(random) in ALPHABET:
            return code_with_check(random, prefix)


def code_with_check(random: str, prefix: str = NUMBER) -> str:
    """Return `RC-XXXX-XXXX-XXXX-C` for 12 random characters of `ALPHABET`."""
    if len(random) != 12:
        raise ValueError("A code has 12 random characters.")
    return f"{prefix}-{random[:4]}-{random[4:8]}-{random[8:]}-{_check(random)}"


def read_code(typed: str, prefix: str = NUMBER) -> str | None:
    """Return the code as it was issued, or None if it was mistyped or bears another prefix.

    O is read as 0, I and L as 1; case, spaces and hyphens do not matter; the prefix may be left.
    """
    body = re.sub(r"[\s\-\u2010-\u2014]", "", typed).upper()
    if len(body) == 15 and body.startswith(prefix):
        body = body[2:]
    random, check = body[:12].translate(_READ_AS), body[12:].translate(_READ_AS)
    if len(body) != 13 or any(character not in ALPHABET for character in random):
        return None
    return code_with_check(random, prefix) if check == _check(random) else None
