"""A cohort loaded by the owner for a whole module, then rolled back."""

import random
from contextlib import contextmanager
from datetime import date

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, models, transaction

from devstack.names import APP
from programmes.models import Programme
from recann.cohort import load, places, scale
from recann.cohort.bare import bare
from recann.cohort.load import Part


TODAY = date(2026, 11, 22)


@contextmanager
def as_owner():
    """Owner of the tables for the block; whatever happens, the runtime role comes back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("set local statement_timeout = 0")
        yield cursor
        cursor.execute(f"set role {APP}")


@contextmanager
def rolled_back():
    """A transaction on both servers that leaves nothing."""
    with transaction.atomic(), transaction.atomic(using="keys"):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="keys")
    for alias in ("default", "keys"):
        connections[alias].close()


def make_places():
    """The published places and their people."""
    with as_owner():
        call_command("load_programmes", verbosity=0)
        programme = Programme.objects.get(code="recann")
        return programme, places.make(programme, random.Random(1))


def add(programme, where, patients, *, seed=1):
    """Load patients; return the rows by table."""
    with as_owner():
        part = Part(programme, where, scale.courses(patients))
        return load.write([part], today=TODAY, seed=seed)


# --- More of the same, made by the database ---------------------------------------------------

# Far above the ids of the cohort.
APART = 10_000_000


def multiply(tables, times):
    """Copy every row of these tables `times` times: other ids, other persons, no identity left.

    Keys point nowhere: the registry shows these patients as erased. No history is written.
    """
    models_of = [apps.get_model(label) for label in tables]
    with as_owner() as cursor, bare(models_of):
        for model in models_of:
            fields = [one for one in model._meta.local_fields if not one.generated]
            names = ", ".join(f'"{one.column}"' for one in fields)
            values = ", ".join(_value(one, models_of) for one in fields)
            table = model._meta.db_table
            cursor.execute(
                f'insert into "{table}" ({names}) select {values}'
                f' from "{table}", generate_series(1, {times}) as n'
            )


def _value(field, copied):
    column = f'"{field.column}"'
    is_own_key = field.primary_key and not field.remote_field
    if is_own_key or (field.remote_field and field.related_model in copied):
        return f"{column} + n * {APART}"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.BinaryField):
        return f"substring(sha256({column} || n::text::bytea) from 1 for 16)"
    if field.name == "number":
        return f"'RC-' || upper(substr(md5({column} || n), 1, 14)) || '-' || (n % 10)"
    return column
