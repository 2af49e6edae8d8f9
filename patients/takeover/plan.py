"""What a file would create: told by the preview, done once confirmed, by the same reading."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import models

from core.tables import Row
from patients.duplicates import Candidate
from patients.enums import DesignationKind
from patients.inclusion import Inclusion
from patients.likeness import Score
from patients.models import Enrolment
from patients.takeover.columns import UNTOLD, Column


class Standing(models.TextChoices):
    """What becomes of one line."""

    NEW = "NEW", "Nouveau patient"
    # Known of another programme, or out of this one.
    JOINED = "JOINED", "Patient connu, nouvelle participation"
    KNOWN = "KNOWN", "Déjà au registre"


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell. A warning lets the file through."""

    line: int
    column: str
    typed: str
    message: str
    expected: str
    is_warning: bool


@dataclass(frozen=True)
class Running:
    """The treatment of today, as the older register writes it."""

    text: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Told:
    """What one line says, well formed. `since`: when each designation was made."""

    row: Row
    number: str
    inclusion: Inclusion
    since: Mapping[DesignationKind, date]
    nir: str = ""
    treated_on: date | None = None
    running: Running = Running()


@dataclass(frozen=True)
class Near:
    """A line of the same file that looks alike."""

    line: int
    score: Score


@dataclass(frozen=True)
class Entry:
    """A line, and what the registry knows of the person. `former`: blind index of the number."""

    told: Told
    former: bytes
    standing: Standing
    candidates: tuple[Candidate, ...] = ()
    near: tuple[Near, ...] = ()

    @property
    def line(self) -> int:
        return self.told.row.line

    @property
    def creates(self) -> bool:
        return self.standing != Standing.KNOWN

    @property
    def is_alike(self) -> bool:
        return bool(self.candidates or self.near)

    @property
    def trace(self) -> str:
        """What a second reading must find again."""
        alike = [(str(one.patient.public_id), one.score.points) for one in self.candidates]
        return repr((self.line, self.standing.value, alike))


@dataclass
class Plan:
    """What was read so far. `columns`: by name."""

    columns: Mapping[str, Column]
    rows: int = 0
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Those of another structure for which a line was refused.
    refused: list[Enrolment] = field(default_factory=list)

    def fault(self, row: Row, column: str, message: str, *, is_warning: bool = False) -> None:
        typed = "" if column in UNTOLD else row.get(column)
        expected = self.columns[column].words
        self.problems.append(Problem(row.line, column, typed, message, expected, is_warning))

    def warn(self, row: Row, column: str, message: str) -> None:
        self.fault(row, column, message, is_warning=True)

    @property
    def errors(self) -> int:
        return sum(not one.is_warning for one in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    @property
    def to_create(self) -> list[Entry]:
        return [one for one in self.entries if one.creates]

    @property
    def alike(self) -> list[Entry]:
        return [one for one in self.to_create if one.is_alike]

    @property
    def elsewhere(self) -> list[Enrolment]:
        """Participations in another structure that this preview speaks of, each once."""
        alike = (one for entry in self.entries for one in entry.candidates if not one.is_mine)
        found = [*self.refused, *(one.enrolment for one in alike)]
        return list({one.pk: one for one in found}.values())

    @property
    def counts(self) -> dict[str, int]:
        """Lines by standing; OUT: those to create of patients who left already."""
        found = Counter(one.standing.value for one in self.entries)
        out = sum(one.told.inclusion.left is not None for one in self.to_create)
        return {standing.value: found[standing.value] for standing in Standing} | {"OUT": out}

    @property
    def digest(self) -> str:
        """Two previews of the same file over the same base have the same."""
        lines = [one.trace for one in self.entries] + [repr(one) for one in self.problems]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """The preview that was read, and whom each line was said not to be."""

    seen: str
    different: Mapping[int, frozenset[UUID]] = field(default_factory=dict)
