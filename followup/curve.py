"""Scores over time, for the curve of the patient page."""

from dataclasses import dataclass, field
from datetime import date

from followup import items, scales
from followup.items import Item
from followup.models import Answers
from patients.models import Enrolment


@dataclass(frozen=True)
class Series:
    """One scored item of one patient."""

    code: str
    label: str
    unit: str
    lowest: float | None
    highest: float | None
    points: list[tuple[date, float]] = field(default_factory=list)

    @property
    def change(self) -> str:
        """«−63 % depuis le 02/03/2026», or "" before the second measure."""
        return scales.change_in_words(self.points)


def points(enrolment: Enrolment) -> list[Series]:
    """The scored items of a patient, oldest value first, in the order of the questionnaires.

    One query. Code: that of the questionnaire, then that of the item.
    """
    rows = (
        Answers.objects.filter(visit__enrolment=enrolment, visit__held_on__isnull=False)
        .select_related("visit", "version__questionnaire")
        .order_by("version__questionnaire__position", "visit__held_on", "pk")
    )
    found: dict[str, Series] = {}
    for row in rows:
        held_on = row.visit.held_on
        for item in items.read(row.version.definition):
            value = row.data.get(item.code)
            if item.is_score and held_on and isinstance(value, int | float):
                code = f"{row.version.questionnaire.code}.{item.code}"
                found.setdefault(code, _series(code, item)).points.append((held_on, float(value)))
    return list(found.values())


def _series(code: str, item: Item) -> Series:
    lowest, highest = (
        None if bound is None else float(bound) for bound in (item.lowest, item.highest)
    )
    return Series(code, item.label, item.unit, lowest, highest)
