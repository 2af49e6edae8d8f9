from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import seals


class Command(BaseCommand):
    help = "Compare each line of the journal with its seal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="SEAL:DIGEST",
            help="a seal that was copied outside the database: it must still stand",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        faults = list(seals.faults())
        expected = options["expect"]
        if expected and not seals.stands(expected):
            faults.append(f"Le sceau {expected} a disparu ou a changé.")
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"Le journal a été altéré : {len(faults)} anomalie(s).")
        self.stdout.write(f"Le journal est intact. Dernier sceau : {seals.last_digest() or '–'}")
