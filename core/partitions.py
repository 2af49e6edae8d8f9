"""Tables that grow without end are cut by month from their first migration."""

from typing import Any

from django.db import connections, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


# Months made ahead: a task that sleeps for a quarter harms nobody.
AHEAD = 3

# Owned by the owner role and run with its rights: the runtime role may not create a table.
# A month whose rows already stand in the default partition stays there.
MAKE_FUNCTION = """
CREATE OR REPLACE FUNCTION core_make_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parent record;
    month date;
    part text;
    made integer := 0;
BEGIN
    FOR parent IN
        SELECT c.relname AS name, a.attname AS col
        FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        WHERE c.relnamespace = 'public'::regnamespace AND p.partstrat = 'r'
    LOOP
        FOR n IN -1..ahead LOOP
            month := date_trunc('month', now() AT TIME ZONE 'UTC')::date
                     + make_interval(months => n);
            part := parent.name || to_char(month, '_YYYYMM');
            CONTINUE WHEN to_regclass(format('public.%I', part)) IS NOT NULL;
            BEGIN
                EXECUTE format(
                    'CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                    part, parent.name,
                    month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00'
                );
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING 'core_make_partitions: % stays in the default partition', part;
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION core_make_partitions(integer) FROM PUBLIC;
"""


def make(ahead: int = AHEAD, *, using: str = "default") -> int:
    """Make the partitions of last month to `ahead` months; return how many are new."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT core_make_partitions(%s)", [ahead])
        (made,) = cursor.fetchone()
    return int(made)


class PartitionByMonth(Operation):
    """Turn a table that was just created, still empty, into one cut by month of `column`.

    The primary key becomes (key, column); identity, defaults, checks, generated columns and
    indexes stay. Put it after `CreateModel` and before any trigger of that table.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, column: str) -> None:
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's view of the model does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        alias = schema_editor.connection.alias
        if not router.allow_migrate(alias, app_label, model_name=self.model_name.lower()):
            return
        meta = from_state.apps.get_model(app_label, self.model_name)._meta
        _partition(schema_editor, meta.db_table, meta.pk.column, self.column)

    def database_backwards(self, *args: Any) -> None:
        """Nothing: dropping the table drops its partitions."""

    def describe(self) -> str:
        return f"Partition {self.model_name} by month of {self.column}"


def _partition(editor: BaseDatabaseSchemaEditor, table: str, key: str, column: str) -> None:
    if len(table) > 55:
        raise ValueError(f"{table}: too long a name for its partitions.")
    with editor.connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  our own table
        if cursor.fetchone() != (0,):
            raise ValueError(f"{table} is not empty: it cannot be partitioned any more.")
        cursor.execute(
            "SELECT indexdef FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass"
            " WHERE schemaname = current_schema() AND tablename = %s AND NOT indisprimary",
            [table],
        )
        indexes = [definition for (definition,) in cursor.fetchall()]
    editor.execute(
        f'CREATE TABLE "{table}_cut" (LIKE "{table}" INCLUDING ALL EXCLUDING INDEXES)'
        f' PARTITION BY RANGE ("{column}")'
    )
    editor.execute(f'DROP TABLE "{table}"')
    editor.execute(f'ALTER TABLE "{table}_cut" RENAME TO "{table}"')
    editor.execute(f'ALTER TABLE "{table}" ADD PRIMARY KEY ("{key}", "{column}")')
    editor.execute(f'CREATE TABLE "{table}_rest" PARTITION OF "{table}" DEFAULT')
    for definition in indexes:
        editor.execute(definition)
    editor.execute(f"SELECT core_make_partitions({AHEAD})")
