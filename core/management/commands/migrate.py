from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from core import keys, roles
from core.databases import KEYS


class Command(migrate.Command):
    """Django's `migrate`, then the rights of each database role, then the canary key."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        whole = not any(options.get(name) for name in ("plan", "check_unapplied", "app_label"))
        if not whole:
            return
        if options["database"] == DEFAULT_DB_ALIAS:
            roles.grant()
        elif options["database"] == KEYS:
            keys.make_canary()
