"""The scores of a visit, against the first measure: what its page, its letter and its copy say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.numbers import french_number
from followup import curve, items, scales
from followup.curve import Series
from followup.models import Visit


@dataclass(frozen=True)
class Score:
    """«Intensité de la douleur», «8 → 5», «−38 % depuis le 02/03/2026», how it is read."""

    label: str
    values: str
    change: str
    words: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """On one line."""
        return "\u202f; ".join(filter(None, [self.values, self.change, self.words]))


def of(visit: Visit) -> list[Score]:
    """The scores until this visit, and what it says in words on a scale. Two queries."""
    until = visit.held_on
    if until is None:
        return []
    return [*_scores(curve.points(visit.enrolment), until), *_in_words(visit)]


def _in_words(visit: Visit) -> Iterator[Score]:
    for row in visit.answers.select_related("version").order_by("pk"):
        for item in items.read(row.version.definition):
            answer = row.data.get(item.code)
            if item.instrument in _WORDED and isinstance(answer, str):
                yield Score(
                    item.label, items.in_words(item, answer), "", _WORDED[item.instrument](answer)
                )


def _degree(word: str) -> str:
    degree = scales.verbal_degree(word)
    return "" if degree is None else f"degré {degree} sur {len(scales.VERBAL_DEGREES) - 1}"


def _improved(pgic: str) -> str:
    return "nettement amélioré" if scales.is_much_improved(pgic) else ""


# Instruments answered by a word, and what the word amounts to.
_WORDED = {"VRS": _degree, "PGIC": _improved}


def _scores(series: Iterable[Series], until: date) -> Iterator[Score]:
    for one in series:
        points = [(on, value) for on, value in one.points if on <= until]
        if points:
            yield _score(one, points)


def _score(series: Series, points: list[tuple[date, float]]) -> Score:
    first, last = points[0][1], points[-1][1]
    unit = f" {series.unit}" if series.unit else ""
    values = f"{french_number(last)}{unit}"
    if len(points) > 1:
        values = f"{french_number(first)} → {values}"
    item = series.code.rpartition(".")[2]
    read = scales.reading(item, first, last) if len(points) > 1 else None
    change = scales.change_in_words(points)
    if read is None:
        return Score(series.label, values, change)
    return Score(series.label, values, change, read.words, read.source)
