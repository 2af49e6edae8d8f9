"""What each database role may do. Applied after every migration of `default`, as the owner.

The runtime role cannot change history, journal or seals, nor delete what is never deleted:
triggers can be told to look away by any code, grants cannot.
"""

import pghistory
from django.apps import apps
from django.db import connections
from django.db.models import Model

from core.models import JournalLine, Seal


APP, PURGE = "recann_app", "recann_purge"

# Functions of ours that the runtime role may call.
_FUNCTIONS = ("core_make_partitions(integer)",)


def append_only() -> set[str]:
    """Tables that the runtime role may only read and add to."""
    events = {model._meta.db_table for model in pghistory.core.event_models()}
    return events | {JournalLine._meta.db_table, Seal._meta.db_table}


def never_deleted() -> set[str]:
    """Tables of the models that say `never_deleted = True`."""
    return {model._meta.db_table for model in apps.get_models() if _stays(model)}


def _stays(model: type[Model]) -> bool:
    return bool(getattr(model, "never_deleted", False))


# The two roles are constants of ours; names of tables are parameters.
_STATEMENTS = f"""
SELECT format('GRANT USAGE ON SCHEMA public TO {APP}, {PURGE}')
UNION ALL
SELECT format('GRANT ALL ON ALL TABLES IN SCHEMA public TO {PURGE}')
UNION ALL
SELECT format('GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {PURGE}')
UNION ALL
SELECT format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}')
UNION ALL
SELECT format('REVOKE ALL ON public.%%I FROM {APP}', relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND has_table_privilege('{APP}', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
UNION ALL
SELECT format(
    'GRANT %%s ON public.%%I TO {APP}',
    CASE WHEN relname = ANY(%s) THEN 'SELECT, INSERT'
         WHEN relname = ANY(%s) THEN 'SELECT, INSERT, UPDATE'
         WHEN relname = 'django_migrations' THEN 'SELECT'
         ELSE 'SELECT, INSERT, UPDATE, DELETE' END,
    relname
)
FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind IN ('r', 'p', 'v') AND NOT relispartition
"""  # noqa: S608


def grant(using: str = "default") -> None:
    """Give each role its rights. Partitions are reached through their parent only.

    A role that does not exist on this server is a mistake of whoever made the server: PostgreSQL
    says which one.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_STATEMENTS, [sorted(append_only()), sorted(never_deleted())])
        statements = [statement for (statement,) in cursor.fetchall()]
        statements += [f"GRANT EXECUTE ON FUNCTION {name} TO {APP}" for name in _FUNCTIONS]
        cursor.execute("; ".join(statements))
