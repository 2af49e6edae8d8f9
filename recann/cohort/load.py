"""Fill a fresh database with patients: keys first, rows by COPY, then indexes and history."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

from django.db.models import Model

from core import keys
from programmes.models import Programme
from recann.cohort import history, lanes, reference
from recann.cohort.bare import bare
from recann.cohort.columns import COLUMNS
from recann.cohort.places import Map
from recann.cohort.plan import SEED, Course
from recann.cohort.rows import Writer


# Patients whose keys are opened together.
GROUP = 2_000
# Processes that draw up patients, on any machine: their number decides who is drawn.
LANES = 2

# A course, and the keys of its patient and of its participation.
Keyed = tuple[Course, keys.DataKey, keys.DataKey]


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
    chance = random.Random(seed)  # noqa: S311  a demonstration, not a secret
    counted: Counter[str] = Counter()
    first_ids: dict[type[Model], int] = {}
    with bare(COLUMNS):
        for part in parts:
            writers = _writers(part, today, chance)
            first_ids = first_ids or {one.model: one.first_id for one in writers[0].sheets}
            keyed = [one for group in groups(part.courses) for one in with_keys(group)]
            shares = [partial(_write, keyed[rank::LANES]) for rank in range(LANES)]
            counted.update(lanes.fill(writers, shares))
    for model in filter(history.is_tracked, COLUMNS):
        counted[history.event_of(model)._meta.db_table] = history.write(model, first_ids[model])
    return dict(counted)


def _writers(part: Part, today: date, chance: random.Random) -> list[Writer]:
    known = reference.read(part.programme)
    drawn = [random.Random(chance.random()) for _ in range(LANES)]  # noqa: S311  as above
    return [Writer(known, part.places, today, one) for one in drawn]


def _write(share: list[Keyed], writer: Writer) -> None:
    for course, key, file_key in share:
        writer.patient(course, key, file_key)


def groups(courses: Iterable[Course]) -> Iterator[list[Course]]:
    """Patients whose keys are opened together."""
    waiting = iter(courses)
    while group := list(islice(waiting, GROUP)):
        yield group


def with_keys(group: list[Course]) -> Iterator[Keyed]:
    """Each course with new keys of its own."""
    opened = keys.open_keys(keys.create_keys("patient", len(group))).values()
    files = keys.open_keys(keys.create_keys("enrolment", len(group))).values()
    yield from zip(group, opened, files, strict=True)
