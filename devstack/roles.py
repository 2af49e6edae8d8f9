"""The roles of design.md 6 and the two databases, made once in a new cluster.

`deploy/init-data.sh` and `deploy/init-keys.sh` make the same in production.
"""

import psycopg
from psycopg import sql

from devstack.credentials import Credentials
from devstack.names import APP, DATABASE, KEYS, KEYS_DATABASE, OWNER, PURGE
from devstack.postgres import ADMIN, PORT, Cluster


Connection = psycopg.Connection[tuple[str]]


def connect(cluster: Cluster, credentials: Credentials) -> Connection:
    """Connect as the cluster's administrator, whom the application never sees."""
    return psycopg.connect(
        host=str(cluster.host),
        port=PORT,
        user=ADMIN,
        dbname="postgres",
        autocommit=True,
        password=credentials.password("admin"),
    )


def mark_of(connection: Connection, database: str) -> str | None:
    """What the database was marked as at creation; None when it was not made to the end."""
    row = connection.execute(
        "select shobj_description(oid, 'pg_database') from pg_database where datname = %s",
        [database],
    ).fetchone()
    return row[0] if row else None


def make_data(connection: Connection, credentials: Credentials, *, mark: str) -> None:
    """Three roles and the database: its owner migrates, the two others only work in it."""
    for role in ("owner", "app", "purge"):
        _make_role(connection, f"recann_{role}", credentials.password(role))
    for role in (APP, PURGE):  # the owner may step down to them, and inherits nothing from them
        connection.execute(
            sql.SQL("grant {} to {} with inherit false, set true").format(*_names(role, OWNER))
        )
    _make_database(connection, DATABASE, owner=OWNER, guests=(APP, PURGE), mark=mark)


def make_keys(connection: Connection, credentials: Credentials, *, mark: str) -> None:
    """One role, and the only database it knows."""
    _make_role(connection, KEYS, credentials.password("keys"))
    _make_database(connection, KEYS_DATABASE, owner=KEYS, guests=(), mark=mark)


def let_tests_work(connection: Connection, *roles: str) -> None:
    """Throw-away clusters only: make test databases, empty tables that triggers protect."""
    for role in roles:
        connection.execute(sql.SQL("alter role {} createdb").format(*_names(role)))
        connection.execute(
            sql.SQL("grant set on parameter session_replication_role to {}").format(*_names(role))
        )


def _make_role(connection: Connection, role: str, password: str) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
        connection.execute(
            sql.SQL("create role {} login password {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )


def _make_database(
    connection: Connection, name: str, *, owner: str, guests: tuple[str, ...], mark: str
) -> None:
    if (
        connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        is None
    ):
        connection.execute(sql.SQL("create database {} owner {}").format(*_names(name, owner)))
    connection.execute(sql.SQL("revoke all on database {} from public").format(*_names(name)))
    for guest in guests:
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(*_names(name, guest))
        )
    connection.execute(
        sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(mark))
    )


def _names(*names: str) -> tuple[sql.Identifier, ...]:
    return tuple(sql.Identifier(name) for name in names)
