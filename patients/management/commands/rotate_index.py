from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from patients import identity
from patients.takeover import actions


class Command(BaseCommand):
    """Run it while no web server runs: a process that holds the old key finds nobody."""

    help = "Recompute what identities are searched by, under the new IDENTITY_INDEX_KEY."

    # An identity is checked against its index before serving: here they differ on purpose.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        with transaction.atomic():
            total = sum(identity.reindex())
            actions.reindex()
        self.stdout.write(f"{total} identité(s) indexée(s) à nouveau.")
