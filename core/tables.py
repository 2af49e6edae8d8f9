"""Tables that come in and go out as CSV: read strictly, a cell at a time, and written harmless."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, TextIO

from core.fields import DATE_SHAPE
from core.text import fold


# Rows of a national directory of today's shape are under two million.
MOST_ROWS = 5_000_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000
DELIMITERS = ";,|\t"
BOM = "\ufeff"

# Begins a formula in a spreadsheet (OWASP, CSV injection). A number may be negative.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
# What no cell needs: controls, marks that turn the direction of text.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


class CannotRead(Exception):
    """The file as a whole cannot be read. The message is in French and may be shown."""


NOT_UTF8 = (
    "Ce fichier n’est pas encodé en UTF-8\u202f: il vient sans doute d’un tableur, en Windows-1252 "
    "(latin-1). Enregistrez-le au format «\u202fCSV UTF-8\u202f», puis envoyez-le de nouveau."
)
UTF16 = "Ce fichier est encodé en UTF-16\u202f: enregistrez-le au format «\u202fCSV UTF-8\u202f»."
NOT_TEXT = (
    "Ce fichier n’est pas un texte\u202f: enregistrez la feuille au format CSV, sans la compresser."
)
EMPTY = "Ce fichier est vide."


@dataclass(frozen=True)
class Row:
    """A line of the table: `line` counts from 1, the headings included."""

    line: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")


def rows(
    raw: BinaryIO, known: Sequence[str], needed: Iterable[str] = (), *, without_headings: str = ""
) -> Iterator[Row]:
    """Read line after line, never the whole; cells are stripped and found under known names.

    :param known: headings read; other columns are let pass. Accents and case do not matter
    :param needed: those without which nothing can be read
    :param without_headings: first cell of the lines of data, in a file whose columns stand in the
        order of `known` without any heading; other lines are let pass
    :raises CannotRead: another encoding, no table, a column missing
    """
    text = _decoded(raw)
    try:
        yield from _rows(text, known, frozenset(needed), without_headings)
    except UnicodeDecodeError:
        raise CannotRead(NOT_UTF8) from None
    except csv.Error as error:
        raise CannotRead(f"Le tableau n’est pas lisible\u202f: {_why(error)}.") from error
    finally:
        text.detach()


def _why(error: csv.Error) -> str:
    """The two faults that a reader of CSV meets, in French."""
    return "une cellule est trop longue" if "limit" in str(error) else "guillemets mal fermés"


def _decoded(raw: BinaryIO) -> io.TextIOWrapper:
    head = raw.read(4)
    raw.seek(0)
    if not head:
        raise CannotRead(EMPTY)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise CannotRead(UTF16)
    if b"\0" in head or head[:2] == b"PK":
        raise CannotRead(NOT_TEXT)
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def _rows(
    text: TextIO, known: Sequence[str], needed: frozenset[str], first_cell: str
) -> Iterator[Row]:
    delimiter = _delimiter(text)
    csv.field_size_limit(LONGEST_CELL * 4)
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    names = list(known) if first_cell else _names(next(lines, []), known, needed)
    for count, cells in enumerate(lines):
        if count >= MOST_ROWS:
            raise CannotRead(f"Ce fichier dépasse {MOST_ROWS} lignes.")
        if first_cell and cells[:1] != [first_cell]:
            continue
        if any(cell.strip() for cell in cells):
            yield Row(lines.line_num, _cells(names, cells, lines.line_num))


def _delimiter(text: TextIO) -> str:
    """The separator that stands most often in the first line."""
    line = text.readline(LONGEST_CELL * 4)
    if not line.strip():
        raise CannotRead(EMPTY)
    text.seek(0)
    return max(DELIMITERS, key=line.count)


def _names(headings: list[str], known: Sequence[str], needed: frozenset[str]) -> list[str]:
    """The known name of each column, or "" when it is not read."""
    if len(headings) > MOST_COLUMNS:
        raise CannotRead(f"Ce fichier a plus de {MOST_COLUMNS} colonnes.")
    by_fold = {fold(name): name for name in known}
    names = [by_fold.get(fold(heading.removeprefix(BOM)), "") for heading in headings]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise CannotRead(f"Colonne présente deux fois\u202f: {', '.join(twice)}.")
    missing = [name for name in known if name in needed and name not in names]
    if missing:
        raise CannotRead(f"Colonne absente du fichier\u202f: {', '.join(missing)}.")
    return names


def _cells(names: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    found = {}
    for name, cell in zip(names, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            raise CannotRead(f"Ligne {line}\u202f: une cellule dépasse {LONGEST_CELL} caractères.")
        if name:
            found[name] = cleaned(cell)
    return found


def read_day(text: str) -> date | None:
    """A day as people or a spreadsheet write it, 31/12/2026 or 2026-12-31; None when it is none."""
    try:
        if found := DATE_SHAPE.fullmatch(text):
            day, month, year = (int(part) for part in found.groups() if part)
            return date(year, month, day)
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def cleaned(cell: str) -> str:
    """The words of a cell: composed, one space between them, nothing hidden, not neutralised."""
    text = unicodedata.normalize("NFC", cell)
    if not text.isprintable():  # nearly every cell is: nothing of it is hidden
        text = "".join(c if unicodedata.category(c) not in _HIDDEN else " " for c in text)
    text = " ".join(text.split())
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def harmless(value: object) -> str:
    """The cell as a spreadsheet may open it: it runs nothing. `cleaned` gives it back."""
    text = "" if value is None else str(value)
    runs = text.startswith(_FORMULA) and text != "-" and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def to_csv(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """A small table as French spreadsheets open it: semicolons, byte order mark, no formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return (BOM + text.getvalue()).encode()
