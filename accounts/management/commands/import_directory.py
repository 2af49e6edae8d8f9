from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.directories.actions import CannotImport, Sent, read_on_server
from accounts.directories.enums import ChangeKind, ImportKind
from core.tables import CannotRead


KINDS = {"professionnels": ImportKind.PROFESSIONALS, "etablissements": ImportKind.PLACES}


class Command(BaseCommand):
    """Read a national directory where it stands: a line at a time, without keeping the file."""

    help = "Compare un annuaire national au registre\u202f; --confirm l’importe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=KINDS)
        parser.add_argument("file", type=Path)
        parser.add_argument("--whole", action="store_true", help="extraction complète")
        parser.add_argument("--confirm", action="store_true", help="importer, pas seulement lire")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        path: Path = options["file"]
        try:
            with path.open("rb") as raw:
                sent = Sent(KINDS[options["kind"]], path.name, raw, options["whole"])
                plan = read_on_server(
                    sent,
                    path.stat().st_size,
                    at=timezone.now(),
                    today=timezone.localdate(),
                    writes=options["confirm"],
                )
        except (OSError, CannotRead, CannotImport) as fault:
            raise CommandError(str(fault)) from fault
        for one in plan.problems:
            self.stderr.write(f"ligne {one.line}, {one.column} : {one.message}")
        for kind in ChangeKind:
            self.stdout.write(f"{kind.label} : {plan.counts.get(kind, 0)}")
