"""Which medicines that go on call for more care beside cannabinoids, told at the inclusion.

The table is that of the prescriptions, an act above: it fills `SOURCES` in its `AppConfig.ready`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.text import fold


@dataclass(frozen=True)
class Known:
    """A class of medicines. `names` begin a word of what people type, without accents or case."""

    label: str
    names: Sequence[str]
    advice: str
    source: str

    @property
    def folded(self) -> str:
        """As the page's script compares them."""
        return "|".join(fold(name) for name in self.names)


@dataclass(frozen=True)
class Interaction:
    drug: str
    known: Known

    @property
    def message(self) -> str:
        return f"{self.drug} ({self.known.label.lower()}) : {self.known.advice}"


SOURCES: list[Callable[[date], list[Known]]] = []


def known_on(on: date) -> list[Known]:
    return [known for source in SOURCES for known in source(on)]


def interactions(drugs: Iterable[str], classes: Iterable[Known]) -> list[Interaction]:
    """Each medicine with each class that names it, whatever its case, accents, dose or salt."""
    folded = [(one, tuple(fold(name) for name in one.names)) for one in classes]
    return [
        Interaction(drug, one)
        for drug in drugs
        for one, names in folded
        if names and any(word.startswith(names) for word in fold(drug).split())
    ]
