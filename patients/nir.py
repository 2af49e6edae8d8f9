"""The shape of a NIR: what is wrong with a number, what is only unusual. Source: `interop.md` 3.3.

No database, no clock. A message never repeats the number.
"""

import re
from datetime import date

from core.identifiers import compact, nir_ok, nir_warning
from patients.enums import NirKind, Sex


# Characters, key included.
LENGTH, LENGTH_WITHOUT_KEY = 15, 13
_UNEXPECTED = re.compile(r"[^0-9AB]")
_SHAPE = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}", re.ASCII)
_MEN, _WOMEN = "137", "248"


def refusal(typed: str) -> str:
    """Why this is no number; "" for a number whose key is right."""
    number = compact(typed)
    if _UNEXPECTED.search(number):
        return "Ce numéro contient un caractère inattendu : chiffres, 2A ou 2B."
    if len(number) == LENGTH_WITHOUT_KEY:
        return "Il manque la clé : un numéro complet compte 15 caractères, clé comprise."
    if len(number) != LENGTH:
        return "Un numéro compte 15 caractères, clé comprise."
    if not _SHAPE.fullmatch(number):
        return "Ce numéro n’a pas la forme d’un numéro de sécurité sociale : vérifiez la saisie."
    return "" if nir_ok(number) else "La clé de ce numéro est incorrecte : vérifiez la saisie."


def kind_of(number: str) -> NirKind:
    return NirKind.NIR if number[0] in "12" else NirKind.PROVISIONAL


def warnings(number: str, *, born_on: date, sex: str) -> list[str]:
    """What is unusual in a number whose key is right; it refuses nothing."""
    found = [nir_warning(number)]
    if int(number[1:3]) != born_on.year % 100:
        found.append(
            "L’année de naissance de ce numéro n’est pas celle du patient : serait-ce le numéro "
            "d’un parent ?"
        )
    others = {Sex.MALE: _WOMEN, Sex.FEMALE: _MEN}.get(Sex(sex), "")
    if number[0] in others:
        found.append("Le premier chiffre de ce numéro ne va pas avec le sexe enregistré.")
    return [text for text in found if text]


def grouped(number: str) -> str:
    """1 85 05 78 006 084 91, with spaces that do not break."""
    bounds = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 10), (10, 13), (13, 15))
    return "\u00a0".join(number[start:end] for start, end in bounds)


MASKED = grouped("•" * LENGTH)
