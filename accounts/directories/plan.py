"""What a file would change: the same code tells it in the preview and does it once confirmed."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO

from accounts.directories.enums import ChangeKind
from accounts.models import ImportedFile, Member


# Shown on the page; all are counted, all are in the digest.
SHOWN = 200
# Rows looked up together.
BATCH = 500


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell. A warning lets the file through."""

    line: int
    column: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True)
class Change:
    """`fields`: name, before, after."""

    kind: ChangeKind
    line: int
    who: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Plan:
    """What was read so far; long files keep only what is shown."""

    rows: int = 0
    errors: int = 0
    warnings: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, change: Change) -> None:
        self.counts[change.kind] += 1
        self._hash.update(repr(change).encode())
        if change.kind != ChangeKind.KNOWN and len(self.changes) < SHOWN:
            self.changes.append(change)

    def fault(self, line: int, column: str, message: str, *, is_warning: bool = False) -> None:
        if is_warning:
            self.warnings += 1
        else:
            self.errors += 1
        if len(self.problems) < SHOWN:
            self.problems.append(Problem(line, column, message, is_warning))

    @property
    def digest(self) -> str:
        """Of every change: two previews of the same file over the same base have the same."""
        return self._hash.hexdigest()

    @property
    def hidden(self) -> int:
        """Changes counted and not shown."""
        told = sum(count for kind, count in self.counts.items() if kind != ChangeKind.KNOWN)
        return told - len(self.changes)

    @property
    def acts(self) -> int:
        """Changes that the confirmation makes."""
        idle = {ChangeKind.KNOWN, ChangeKind.UNKNOWN}
        return sum(count for kind, count in self.counts.items() if kind not in idle)


@dataclass(frozen=True)
class Job:
    """A passage over a file. `writes`: do what is planned, in a transaction already open."""

    file: ImportedFile
    raw: BinaryIO
    today: date
    at: datetime
    # Who reads the preview, or confirms; none for a command on the server.
    by: Member | None = None
    writes: bool = False


@dataclass(frozen=True)
class Reader:
    """How one kind of file is read. `columns`: name, and what it holds, for the page."""

    columns: tuple[tuple[str, str], ...]
    help: str
    run: Callable[[Job], Plan]


# By kind of import. An upper app adds its own in `AppConfig.ready`.
READERS: dict[str, Reader] = {}
