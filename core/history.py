"""Each version of each row, written by PostgreSQL whatever the code path (django-pghistory)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

import pghistory
from django.db.models import DO_NOTHING, BigAutoField, ForeignKey, Model


M = TypeVar("M", bound=Model)


def _reference(field: "ForeignKey[Any, Any]") -> "ForeignKey[Any, Any]":
    """The same column in the event table: neither constraint nor index, any value kept."""
    return ForeignKey(
        field.remote_field.model,
        on_delete=DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        related_query_name="+",
    )


def _track(model: type[M], exclude: Sequence[str]) -> type[M]:
    fields = [field for field in model._meta.local_fields if field.name not in exclude]
    attrs: dict[str, object] = {
        field.name: _reference(field) for field in fields if isinstance(field, ForeignKey)
    }
    # pghistory's own is a 32-bit number.
    attrs["pgh_id"] = BigAutoField(primary_key=True)
    decorate = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        obj_field=pghistory.ObjForeignKey(related_name="events", db_constraint=False),
        context_field=pghistory.ContextJSONField(null=True),
        context_id_field=None,  # type: ignore[arg-type]  # its documentation says None
        model_name=f"{model.__name__}Event",
        attrs=attrs,
    )
    decorated: type[M] = decorate(model)
    return decorated


@overload
def tracked(model: type[M]) -> type[M]: ...
@overload
def tracked(*, exclude: Sequence[str]) -> Callable[[type[M]], type[M]]: ...
def tracked(
    model: type[M] | None = None, *, exclude: Sequence[str] = ()
) -> type[M] | Callable[[type[M]], type[M]]:
    """Keep every version of the model's rows in `<Model>Event`.

    `@tracked`, or `@tracked(exclude=["column"])`. Add
    `core.partitions.PartitionByMonth("<Model>Event", "pgh_created_at")` to the migration when the
    table will grow without end. Rows read `pgh_label` (insert, update, delete),
    `pgh_created_at`, and `pgh_context`: who, action, reason, request, version.
    """
    if model is not None:
        return _track(model, exclude)
    return lambda decorated: _track(decorated, exclude)
