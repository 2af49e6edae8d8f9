"""Tables without indexes, foreign keys and triggers while they are filled, whole again after.

Only the owner of the tables may do it. Everything is read from the catalogue and made again as it
was; foreign keys and checks are validated over all rows.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model


@contextmanager
def bare(models: Iterable[type[Model]]) -> Iterator[None]:
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        # What earlier statements left to check is checked now: a busy table cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints = _constraints(cursor, tables)
        indexes = _indexes(cursor, tables)
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in reversed(constraints):
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        for table in tables:
            cursor.execute(f'ANALYZE "{table}"')


def _constraints(cursor: CursorWrapper, tables: list[str]) -> list[tuple[str, str, str]]:
    """Table, name and definition: foreign keys first, which lean on the unique ones."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u', 'x', 'c')"
        " ORDER BY contype <> 'f', conname",
        [[f'"{table}"' for table in tables]],
    )
    return [
        (str(table).strip('"'), str(name), str(text)) for table, name, text in cursor.fetchall()
    ]


def _indexes(cursor: CursorWrapper, tables: list[str]) -> list[tuple[str, str]]:
    """Name and definition of the indexes that no constraint holds."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS"
        " (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)",
        [[f'"{table}"' for table in tables]],
    )
    return [(str(name).strip('"'), str(text)) for name, text in cursor.fetchall()]
