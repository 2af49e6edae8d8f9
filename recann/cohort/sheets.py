"""Rows on their way to the database: written as text, sent by COPY, ids known beforehand."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from django.db import connections
from django.db.models import Field, Model


NULL = r"\N"

# Rows kept in memory before they are sent.
BATCH = 20_000


class Sheet:
    """The rows of one table: some columns vary, the others have one value in all rows.

    :param varying: names of fields, in the order in which `add` receives their values; `id` first
        is filled by the sheet
    :param constants: values of the other columns, already as COPY writes them
    """

    def __init__(
        self,
        model: type[Model],
        varying: Sequence[str],
        constants: dict[str, object] | None = None,
        *,
        using: str = "default",
    ) -> None:
        self.model, self.using = model, using
        constants = constants or {}
        meta = model._meta
        fields = [meta.get_field(name) for name in [*varying, *constants]]
        columns = [field.column for field in fields if isinstance(field, Field) and field.column]
        self.statement = f'COPY "{meta.db_table}" ({", ".join(columns)}) FROM STDIN'
        self._tail = "".join(f"\t{value}" for value in constants.values())
        self._rows: list[str] = []
        self.added = 0
        self.next_id = _highest_id(model, using) + 1 if varying[0] == "id" else 0
        self.first_id = self.next_id
        self.stride = 1
        # Where complete lines go; another process may take them there.
        self.send: Callable[[str], None] = self._copy

    def take_lane(self, rank: int, lanes: int) -> None:
        """Use one id in `lanes`: as many writers fill the table together."""
        if self.first_id:
            self.next_id = self.first_id + rank
        self.stride = lanes

    def add(self, *values: object) -> int:
        """Add a row that has its own id; return it."""
        key = self.next_id
        self.next_id += self.stride
        self._write((key, *values))
        return key

    def put(self, *values: object) -> None:
        """Add a row whose every varying column is given."""
        self._write(values)

    def _write(self, values: Iterable[object]) -> None:
        self._rows.append("\t".join(map(str, values)) + self._tail)
        self.added += 1
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        if self._rows:
            self.send("\n".join(self._rows) + "\n")
            self._rows.clear()

    def _copy(self, lines: str) -> None:
        with connections[self.using].cursor() as cursor, cursor.copy(self.statement) as copy:
            copy.write(lines)

    def advance(self, last_id: int) -> None:
        """Let the table's own counter go on after this id."""
        if self.first_id:
            with connections[self.using].cursor() as cursor:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, 1))",
                    [self.model._meta.db_table, last_id],
                )


def _highest_id(model: type[Model], using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{model._meta.db_table}"')  # noqa: S608
        return int(cursor.fetchone()[0])


def uuid(drawn: Random) -> str:
    """A random public id of version 4, from the seed of the cohort."""
    bits = drawn.getrandbits(128) & ~(0xF000 << 64) | (0x4000 << 64)
    return f"{bits & ~(0xC000 << 48) | (0x8000 << 48):032x}"


def null(value: object) -> object:
    """The value, or what COPY writes for none."""
    return NULL if value is None else value


def octets(value: bytes) -> str:
    """Bytes as COPY writes them."""
    return "\\\\x" + value.hex()
