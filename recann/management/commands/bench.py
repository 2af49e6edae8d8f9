import json
import os
import platform
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recann.bench import report, run
from recann.bench.report import Measures


HEADER = """# Measurements

Written by `python3 start.py bench --patients … --write`: do not edit. What each row means, and
where its target comes from: ADR 0080. One machine, one run: ratios count, times do not.
"""


class Command(BaseCommand):
    """Measure a base that `generate` filled, on the servers of `start.py bench`."""

    help = "Mesure les pages et les compare à leurs références\u202f; lancée par `start.py bench`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kept", type=Path, help="garder les mesures de cette taille")
        parser.add_argument("--earlier", type=Path, nargs="*", default=[], help="autres tailles")
        parser.add_argument("--json", type=Path, dest="json_file", metavar="FICHIER")
        parser.add_argument("--write", action="store_true", help="récrire docs/measurements.md")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        if not settings.DEMO or "BENCH_WEB_PID" not in os.environ:
            raise CommandError("Lancez `python3 start.py bench`.")
        port = urlsplit(settings.PUBLIC_URL).port or 80
        measured = run.everything(port=port, now=timezone.now(), say=self.stdout.write)
        if options["kept"]:
            options["kept"].write_text(json.dumps(vars(measured)))
        earlier = [Measures(**json.loads(path.read_text())) for path in options["earlier"]]
        sizes = sorted([*earlier, measured], key=lambda one: one.patients)
        found = report.entries(sizes)
        shown = "\n\n".join([*map(report.table, sizes), report.ratios_table(found)])
        self.stdout.write(f"\n{shown}\n")
        if options["json_file"]:
            options["json_file"].write_text(json.dumps({"ratios": found}, ensure_ascii=False))
        if options["write"]:
            self._write(shown)

    def _write(self, shown: str) -> None:
        where = f"{os.cpu_count()} cores, Python {platform.python_version()}"
        when = timezone.localdate().isoformat()
        text = f"{HEADER}\n{when}, {where}.\n\n{shown}\n"
        (settings.BASE_DIR / "docs" / "measurements.md").write_text(text)
