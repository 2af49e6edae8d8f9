"""Which database a row lives in: keys never share a server with what they open."""

from django.db.models import Model


KEYS = "keys"


def _is_key(model: type[Model]) -> bool:
    return model._meta.label_lower == "core.keyrecord"


class KeysApart:
    """`core.KeyRecord` alone lives in `keys`; everything else lives in `default`."""

    def db_for_read(self, model: type[Model], **_hints: object) -> str | None:
        return KEYS if _is_key(model) else None

    def db_for_write(self, model: type[Model], **_hints: object) -> str | None:
        return KEYS if _is_key(model) else None

    def allow_relation(self, one: Model, other: Model, **_hints: object) -> bool | None:
        return None if _is_key(type(one)) == _is_key(type(other)) else False

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **_hints: object
    ) -> bool:
        """SQL that names no model belongs to `default`."""
        is_key = app_label == "core" and (model_name or "").lower() == "keyrecord"
        return is_key == (db == KEYS)
