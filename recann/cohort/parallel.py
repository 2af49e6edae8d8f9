"""Work shared between threads, each with a connection of its own that is set to copy and index.

PostgreSQL does the work: threads only wait for it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection


T = TypeVar("T")

# For one session. Losing the last second is of no consequence: a failed load is begun anew.
SETTINGS = {
    "synchronous_commit": "off",
    "maintenance_work_mem": "'512MB'",
    "work_mem": "'64MB'",
    "lock_timeout": "0",
    "statement_timeout": "0",
    # Tables are indexed side by side already.
    "max_parallel_maintenance_workers": "0",
}


def set_to_load() -> None:
    """Set this thread's connection to copy and index."""
    with connection.cursor() as cursor:
        for name, value in SETTINGS.items():
            cursor.execute(f"SET {name} = {value}")


def run(jobs: Sequence[Callable[[], T]], *, threads: int) -> list[T]:
    """Do every job, at most `threads` at once; results in the order of the jobs."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_one, jobs))


def _one(job: Callable[[], T]) -> T:
    set_to_load()
    try:
        return job()
    finally:
        connection.close()


def sql(statements: Sequence[str]) -> Callable[[], None]:
    """A job: these statements, each committed."""

    def job() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return job
