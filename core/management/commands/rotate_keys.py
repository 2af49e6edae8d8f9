from typing import Any

from django.core.management.base import BaseCommand

from core import keys


class Command(BaseCommand):
    help = "Wrap every data key again, under the first key of KEY_ENCRYPTION_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        total = 0
        while count := keys.rewrap():
            total += count
        self.stdout.write(f"{total} clé(s) enveloppée(s) à nouveau.")
