from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from core import keys, roles
from core.databases import KEYS
from core.migrating import without_needless_rendering


class Command(migrate.Command):
    """Django's `migrate`, then the rights of each database role, then the canary key."""

    def handle(self, *args: Any, **options: Any) -> None:
        whole = not any(options.get(name) for name in ("plan", "check_unapplied", "app_label"))
        if options["database"] == KEYS and whole:
            # Nothing else lives there: the other apps need not even be read.
            options |= {"app_label": "core", "run_syncdb": False}
        with without_needless_rendering():
            super().handle(*args, **options)
        if not whole:
            return
        if options["database"] == DEFAULT_DB_ALIAS:
            roles.grant()
        elif options["database"] == KEYS:
            keys.make_canary()
