"""Fill a fresh database with patients: keys first, rows by COPY, then indexes and history."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from core import keys
from programmes.models import Programme
from recann.cohort import history, reference
from recann.cohort.bare import bare
from recann.cohort.places import Map
from recann.cohort.plan import SEED, Course
from recann.cohort.rows import Writer


# Patients whose keys are opened together.
GROUP = 2_000


@dataclass(frozen=True)
class Part:
    """Patients of one programme, and where they are followed and served."""

    programme: Programme
    places: Map
    courses: Iterable[Course]


def write(parts: Sequence[Part], *, today: date, seed: int = SEED) -> dict[str, int]:
    """Write every course as a patient; return the rows by table.

    As the owner of the tables, in a transaction, while nobody else writes. Another seed makes other
    people: the same twice would be the same persons.
    """
    drawn = random.Random(seed)  # noqa: S311  a demonstration, not a secret
    first = Writer(reference.read(parts[0].programme), parts[0].places, today, drawn)
    counted: dict[str, int] = {}
    with bare(sheet.model for sheet in first.sheets):
        for rank, part in enumerate(parts):
            writer = first if rank == 0 else _writer(part, today, drawn)
            for group in groups(part.courses):
                write_group(writer, group)
            for sheet in writer.sheets:
                sheet.finish()
                table = sheet.model._meta.db_table
                counted[table] = counted.get(table, 0) + sheet.added
    for sheet in first.sheets:
        if history.is_tracked(sheet.model):
            event = history.event_of(sheet.model)._meta.db_table
            counted[event] = history.write(sheet.model, sheet.first_id)
    return counted


def _writer(part: Part, today: date, drawn: random.Random) -> Writer:
    return Writer(reference.read(part.programme), part.places, today, drawn)


def groups(courses: Iterable[Course]) -> Iterator[list[Course]]:
    """Patients whose keys are opened together."""
    waiting = iter(courses)
    while group := list(islice(waiting, GROUP)):
        yield group


def write_group(writer: Writer, group: list[Course]) -> None:
    """Keys first, then every row of these patients."""
    opened = keys.open_keys(keys.create_keys("patient", len(group))).values()
    files = keys.open_keys(keys.create_keys("enrolment", len(group))).values()
    for course, key, file_key in zip(group, opened, files, strict=True):
        writer.patient(course, key, file_key)
