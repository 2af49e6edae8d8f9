"""One history row for each clinical row that COPY wrote, made by the database itself."""

import json

from django.db import connection
from django.db.models import Model


# Short: it is repeated in each of tens of millions of rows.
CONTEXT = json.dumps({"action": "cohort.loaded", "role": "SYSTEM"})


def is_tracked(model: type[Model]) -> bool:
    """Identity and its indexes are not: their changes go to the journal."""
    return f"{model.__name__}event".lower() in model._meta.apps.all_models[model._meta.app_label]


def event_of(model: type[Model]) -> type[Model]:
    """The table of the model's history."""
    return model._meta.apps.get_model(model._meta.app_label, f"{model.__name__}Event")


def write(model: type[Model], first_id: int) -> int:
    """Copy the rows from `first_id` on into the model's event table; return how many."""
    event = event_of(model)
    kept = {field.column for field in event._meta.local_fields}
    columns = [
        field.column
        for field in model._meta.local_fields
        if field.column in kept and not field.generated
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{event._meta.db_table}"'  # noqa: S608  our own models
            f" (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, {names})"
            f" SELECT now(), 'insert', id, %s::jsonb, {names}"
            f' FROM "{model._meta.db_table}" WHERE id >= %s',
            [CONTEXT, first_id],
        )
        return int(cursor.rowcount)
