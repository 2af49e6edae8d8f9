"""Tables without indexes, foreign keys and triggers while they are filled, whole again after.

Only the owner of the tables may do it. Everything is read from the catalogue and made again as it
was; foreign keys and checks are validated over all rows.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model


# Statements that follow each other, about one table.
Job = list[str]


@dataclass(frozen=True)
class Constraint:
    table: str
    name: str
    definition: str
    is_foreign: bool


@dataclass(frozen=True)
class Index:
    table: str
    name: str
    definition: str


@dataclass(frozen=True)
class Stripped:
    """What was taken off, and how it is put back."""

    tables: list[str]
    constraints: list[Constraint]
    indexes: list[Index]

    def phases(self) -> list[tuple[str, list[Job]]]:
        """What puts it all back: phases in order; within one, tables in any order or at once."""
        foreign = [one for one in self.constraints if one.is_foreign]
        return [
            ("index et contraintes", [job for t in self.tables if (job := self._own(t))]),
            (
                "clés étrangères",
                [[f"{_alter(one.table)} ADD {_named(one)} NOT VALID" for one in foreign]],
            ),
            (
                "clés étrangères vérifiées",
                [
                    [
                        f'{_alter(one.table)} VALIDATE CONSTRAINT "{one.name}"'
                        for one in foreign
                        if one.table == table
                    ]
                    for table in self.tables
                ],
            ),
            ("déclencheurs", [[f"{_alter(table)} ENABLE TRIGGER USER" for table in self.tables]]),
            ("statistiques", [[f'ANALYZE "{table}"'] for table in self.tables]),
        ]

    def _own(self, table: str) -> Job:
        """Its indexes, then its checks, unique and exclusion constraints in one reading."""
        made = [one.definition for one in self.indexes if one.table == table]
        added = [
            f"ADD {_named(one)}"
            for one in self.constraints
            if one.table == table and not one.is_foreign
        ]
        return [*made, f"{_alter(table)} {', '.join(added)}"] if added else made


def strip(models: Iterable[type[Model]]) -> Stripped:
    """Take triggers, indexes and constraints off these tables, all but their primary keys."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        # What earlier statements left to check is checked now: a busy table cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        taken = Stripped(tables, _constraints(cursor, tables), _indexes(cursor, tables))
        for table in tables:
            cursor.execute(f"{_alter(table)} DISABLE TRIGGER USER")
        for constraint in sorted(taken.constraints, key=lambda one: not one.is_foreign):
            cursor.execute(f'{_alter(constraint.table)} DROP CONSTRAINT "{constraint.name}"')
        for index in taken.indexes:
            cursor.execute(f'DROP INDEX "{index.name}"')
    return taken


@contextmanager
def bare(models: Iterable[type[Model]]) -> Iterator[None]:
    """Tables stripped while the block runs, in its transaction."""
    taken = strip(models)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, jobs in taken.phases():
            for job in jobs:
                for statement in job:
                    cursor.execute(statement)


def _alter(table: str) -> str:
    return f'ALTER TABLE "{table}"'


def _named(one: Constraint) -> str:
    return f'CONSTRAINT "{one.name}" {one.definition}'


def _constraints(cursor: CursorWrapper, tables: list[str]) -> list[Constraint]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype = 'f'"
        " FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u', 'x', 'c')"
        " ORDER BY conname",
        [[f'"{table}"' for table in tables]],
    )
    return [
        Constraint(str(table).strip('"'), str(name), str(text), bool(is_foreign))
        for table, name, text, is_foreign in cursor.fetchall()
    ]


def _indexes(cursor: CursorWrapper, tables: list[str]) -> list[Index]:
    """The indexes that no constraint holds; those of a table cut by month, with all its months."""
    cursor.execute(
        "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
        " FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS"
        " (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)",
        [[f'"{table}"' for table in tables]],
    )
    return [
        Index(str(table).strip('"'), str(name).strip('"'), str(text).replace(" ON ONLY ", " ON "))
        for table, name, text in cursor.fetchall()
    ]
