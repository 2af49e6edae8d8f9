import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from patients.models import Enrolment
from recann.cohort import scale


class Command(BaseCommand):
    """Fill an empty database with patients of the cohort's shape, as the owner of its tables.

    A load that fails leaves an incomplete database: throw it away and begin anew.
    """

    help = "Remplit une base vide de N patients fictifs, à la forme de la cohorte publiée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, required=True, metavar="N")
        parser.add_argument(
            "--processes", type=int, default=2, help="écrivains et fils simultanés (2)"
        )

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        order = scale.Order(options["patients"], timezone.localdate(), options["processes"])
        if order.patients < 1 or order.processes < 1:
            raise CommandError("--patients et --processes\u202f: un au moins.")
        if Enrolment.objects.exists():
            raise CommandError(
                "Cette base contient déjà des participations\u202f: `generate` remplit une base"
                " neuve, par exemple `start.py --var AUTRE --empty manage generate …`."
            )
        before = time.monotonic()
        call_command("load_programmes", stdout=self.stdout)
        counted = scale.generate(order, say=self._say)
        self._report(counted, time.monotonic() - before)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _report(self, counted: dict[str, int], seconds: float) -> None:
        for table, rows in sorted(counted.items(), key=lambda one: -one[1]):
            self.stdout.write(f"{rows:>12}  {table}")
        total = sum(counted.values())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
        self.stdout.write(
            f"{total:>12}  lignes en {seconds:.0f} s ({total / seconds:.0f}/s),"
            f" {size / 1e9:.2f} Go sur disque ({size / total:.0f} octets par ligne)"
        )
