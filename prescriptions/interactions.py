"""Which drugs of a patient are named by a known interaction. Pure: names in, matches out."""

from collections.abc import Iterable

from core.text import fold
from prescriptions.enums import Cannabinoid


# Letters. Shorter names would be found inside other words.
MIN_LETTERS = 4


def names(drug: str, known: str) -> bool:
    """Whether a typed drug begins, in one of its words, with one of the known names.

    >>> names("Valproate de sodium LP", "valproate, depakine")
    True
    """
    words = fold(drug).split()
    wanted = [fold(name) for name in known.split(",")]
    return any(
        word.startswith(name) for word in words for name in wanted if len(name) >= MIN_LETTERS
    )


def concerned(concerns: str, *, thc: bool, cbd: bool) -> bool:
    """Whether a medicine with these contents is one of those the interaction is about."""
    return {Cannabinoid.THC: thc, Cannabinoid.CBD: cbd, Cannabinoid.ANY: thc or cbd}[
        Cannabinoid(concerns)
    ]


def of_drugs(drugs: Iterable[str], known: str) -> list[str]:
    """The drugs, as they were typed, that the known names find; each one once."""
    return [drug for drug in dict.fromkeys(drugs) if names(drug, known)]
