"""As many patients of the cohort's shape as wanted, in an empty database: what measures need.

Rows by COPY from several processes whose ids alternate, then history, indexes and constraints
table by table, several tables at once. Unlike the demonstration it is no single transaction: a
load that fails leaves an incomplete database, to be thrown away.
"""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import connection, connections, transaction
from django.db.models import Model

from programmes.models import Programme
from recann.cohort import bare, history, load, parallel, places, reference
from recann.cohort.places import Map
from recann.cohort.plan import SEED, Course, plan
from recann.cohort.rows import Writer


Say = Callable[[str], None]

# Patients of the published cohort, for which there is one of each published place.
PUBLISHED = 3_164


@dataclass(frozen=True)
class Order:
    """How many patients, as of which day, by how many processes."""

    patients: int
    today: date
    processes: int

    @property
    def times(self) -> int:
        """How often the published places are there: a site follows as many patients as then."""
        return max(1, round(self.patients / PUBLISHED))


def courses(patients: int) -> list[Course]:
    """Courses of the published cohort, each as often as the others, in the order of inclusion."""
    published = plan()
    return [published[rank * len(published) // patients] for rank in range(patients)]


def generate(order: Order, *, say: Say) -> dict[str, int]:
    """Fill the empty database; return the rows by table. As the owner, outside a transaction."""
    step = partial(_step, say)
    parallel.set_to_load()
    programme = Programme.objects.get(code="recann")
    drawn = random.Random(SEED)  # noqa: S311  a demonstration, not a secret
    with step("lieux et professionnels"), transaction.atomic():
        where = places.make(programme, drawn, times=order.times)
    models = [sheet.model for sheet in _writer(programme, where, order, 0).sheets]
    with transaction.atomic():
        taken = bare.strip([*models, *map(history.event_of, filter(history.is_tracked, models))])
    with step(f"patients, par {order.processes} processus"):
        counted = _fill(programme, where, order)
    with step("historique"):
        counted |= _history(models, threads=order.processes)
    for name, jobs in taken.phases():
        with step(name):
            parallel.run([parallel.sql(job) for job in jobs if job], threads=order.processes)
    with step("codes des ordonnances"):
        counted["core_verificationcode"] = _codes(order.today)
    with step("pages visibles à tous"):
        vacuum = [parallel.sql([f'VACUUM "{model._meta.db_table}"']) for model in models]
        parallel.run(vacuum, threads=order.processes)
    return counted


@contextmanager
def _step(say: Say, name: str) -> Iterator[None]:
    before = time.monotonic()
    yield
    say(f"{time.monotonic() - before:8.1f} s  {name}")


# --- Rows ------------------------------------------------------------------------------------


def _writer(programme: Programme, where: Map, order: Order, rank: int) -> Writer:
    drawn = random.Random(SEED + rank)  # noqa: S311  a demonstration, not a secret
    writer = Writer(reference.read(programme), where, order.today, drawn)
    for sheet in writer.sheets:
        sheet.take_lane(rank, order.processes)
    return writer


def _fill(programme: Programme, where: Map, order: Order) -> dict[str, int]:
    """Let each process write its share; return the rows by table."""
    writers = [_writer(programme, where, order, rank) for rank in range(order.processes)]
    # No connection may cross the fork.
    connections.close_all()
    forking = multiprocessing.get_context("fork")
    everyone = courses(order.patients)
    shares = [(writer, everyone[rank :: order.processes]) for rank, writer in enumerate(writers)]
    with forking.Pool(order.processes) as pool:
        filled = pool.starmap(_write, shares, chunksize=1)
    parallel.set_to_load()
    counted: dict[str, int] = {}
    for rank, sheet in enumerate(writers[0].sheets):
        table = sheet.model._meta.db_table
        counted[table] = sum(added[rank][0] for added in filled)
        sheet.advance(max(added[rank][1] for added in filled))
    return counted


def _write(writer: Writer, share: list[Course]) -> list[tuple[int, int]]:
    """Rows written and last id, sheet by sheet. Each process has its own connections."""
    parallel.set_to_load()
    for group in load.groups(share):
        for course, key, file_key in load.with_keys(group):
            writer.patient(course, key, file_key)
    for sheet in writer.sheets:
        sheet.flush()
    connections.close_all()
    return [(sheet.added, sheet.next_id - sheet.stride) for sheet in writer.sheets]


def _history(models: list[type[Model]], *, threads: int) -> dict[str, int]:
    tracked = [model for model in models if history.is_tracked(model)]
    written = parallel.run([partial(history.write, model, 0) for model in tracked], threads=threads)
    names = [history.event_of(model)._meta.db_table for model in tracked]
    return dict(zip(names, written, strict=True))


# Nobody knows these codes; a real registry holds one for each prescription it printed.
_CODES = """
INSERT INTO core_verificationcode
 (kind, target_label, target_id, token_mac, short_mac, issued_on, fingerprint)
SELECT 'prescription', 'prescriptions.Prescription', id,
 sha256(convert_to('token' || public_id::text, 'UTF8')),
 sha256(convert_to('short' || public_id::text, 'UTF8')), signed_on, 'AAAAAAAAAA'
FROM prescriptions_prescription WHERE signed_on > %s::date - 90
"""


def _codes(today: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CODES, [today])
        return int(cursor.rowcount)
