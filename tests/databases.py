"""Test databases: made as their owner, then used as the runtime role, as in production."""

from contextlib import contextmanager

import pytest
from django.db import connections, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

from devstack.names import APP, PURGE


# Rows that the migrations wrote, kept aside so that emptying the tables can bring them back.
KEPT = "kept"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Once the databases are made, step down from owner to the runtime role for the whole run."""
    with django_db_blocker.unblock():
        for alias in ("default", "keys"):
            _keep_rows(connections[alias])
        _log_in_as(APP)
    yield
    with django_db_blocker.unblock():
        _log_in_as(None)
        for alias in ("default", "keys"):
            _end_sessions(connections[alias])


def _log_in_as(role):
    """Let connections to come start as this role; `None`: as themselves, the owner."""
    connection = connections["default"]
    connection.close()
    options = connection.settings_dict["OPTIONS"]  # shared by the connections of every thread
    before = options.get("options", "").split(" -c role=")[0]
    options["options"] = f"{before} -c role={role}" if role else before


def _end_sessions(connection):
    """The threads of the live server keep their connections; a used database cannot be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    connection.close()


@contextmanager
def _as_role(role):
    """Run SQL and queries as another role; whatever is raised, the runtime role comes back."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(f"set role {role}")
        yield cursor
        cursor.execute(f"set role {APP}")


@pytest.fixture
def as_owner(db):
    """`with as_owner() as cursor:` acts as the owner of the tables."""
    return lambda: _as_role("none")


@pytest.fixture
def as_purge(db):
    """`with as_purge() as cursor:` acts as the role of the purge worker."""
    return lambda: _as_role(PURGE)


# --- Emptying the tables after a test whose transactions are real -----------------------------


def _tables(connection):
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def _columns(cursor, table):
    """The columns one may write: generated ones are left out."""
    cursor.execute(
        "select string_agg(quote_ident(attname), ',' order by attnum) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
        [f'"{table}"'],
    )
    return cursor.fetchone()[0]


def _keep_rows(connection):
    with connection.cursor() as cursor:
        cursor.execute(f"create schema {KEPT}")
        if connection.alias == "default":
            cursor.execute(f"grant usage on schema {KEPT} to {APP}")
        for table in _tables(connection):
            cursor.execute(f'select exists (select from "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'create table {KEPT}."{table}" as table "{table}"')


def _kept_tables(cursor):
    cursor.execute("select tablename from pg_tables where schemaname = %s", [KEPT])
    return [row[0] for row in cursor.fetchall()]


def _execute_sql_flush(self, sql_list):
    """Empty the tables as their owner, past the triggers, then bring back the migrations' rows."""
    default = self.connection.alias == "default"
    with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
        if default:
            cursor.execute("set role none")
        cursor.execute("set session_replication_role = replica")
        for sql in sql_list:
            cursor.execute(sql)
        for table in _kept_tables(cursor):
            columns = _columns(cursor, table)
            cursor.execute(
                f'insert into "{table}" ({columns}) overriding system value'
                f' select {columns} from {KEPT}."{table}"'
            )
        cursor.execute("set session_replication_role = origin")
        if default:
            cursor.execute(f"set role {APP}")


DatabaseOperations.execute_sql_flush = _execute_sql_flush
