"""Triggers that make a written fact stay as it was written. Only the purge role passes.

A refusal raises an integrity error that carries the trigger's name as constraint name: see
`core.db.violated_constraint`.
"""

from collections.abc import Sequence

import pgtrigger
from django.db.models import Field, GeneratedField, Model


# The role of the purge worker: the only one that these triggers let through.
_NOT_PURGE = "current_user <> 'recann_purge'"


def _changed(field: "Field[object, object]") -> str:
    return f'OLD."{field.column}" IS DISTINCT FROM NEW."{field.column}"'


class Refuse(pgtrigger.Trigger):
    """Refuse an operation when SQL over OLD and NEW is true. Subqueries are allowed.

    `Refuse(name="signed_lines_fixed", operation=pgtrigger.Insert, sql="EXISTS (…)")`
    """

    when = pgtrigger.Before
    sql = "true"

    def __init__(self, *, name: str, operation: pgtrigger.Operation, sql: str = "true") -> None:
        self.sql = sql
        super().__init__(name=name, operation=operation)

    def get_condition(self, model: Model) -> pgtrigger.Condition:  # noqa: ARG002
        return pgtrigger.Condition(f"({_NOT_PURGE})")

    def get_func(self, model: Model) -> str:  # noqa: ARG002
        """Raise, or let the row pass. A deleted row has no NEW."""
        return self.format_sql(
            f"""
            IF {self.sql} THEN
                RAISE EXCEPTION 'refused by {self.name}'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}';
            END IF;
            RETURN COALESCE(NEW, OLD);
            """
        )


class NeverDeleted(Refuse):
    """Rows stay. Write `never_deleted = True` in the model too: the grants say it again."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, operation=pgtrigger.Delete)


class FrozenWhen(Refuse):
    """Once `sql` (over OLD) is true, no column may change but `may_change`.

    :param may_change: names of fields; generated columns follow the others and are left out
    """

    def __init__(self, name: str, sql: str = "true", may_change: Sequence[str] = ()) -> None:
        super().__init__(name=name, operation=pgtrigger.Update)
        self.frozen_when = sql
        self.may_change = frozenset(may_change)

    def get_condition(self, model: Model) -> pgtrigger.Condition:
        unknown = self.may_change - {field.name for field in model._meta.local_fields}
        if unknown:
            raise ValueError(f"{self.name}: no such field: {sorted(unknown)}")
        changed = " OR ".join(
            _changed(field)
            for field in model._meta.local_fields
            if field.name not in self.may_change and not isinstance(field, GeneratedField)
        )
        return pgtrigger.Condition(f"({_NOT_PURGE} AND ({self.frozen_when}) AND ({changed}))")
