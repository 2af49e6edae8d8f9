from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programmes import loading
from training import loading as courses


FILES = ("recann.json", "demonstration.json")


class Command(BaseCommand):
    """Load the programmes, their products, calendars, questionnaires and courses. Repeatable."""

    help = "Charge ou met à jour les programmes à partir de programmes/data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", default=FILES)

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        loading.load_supply_rules()
        for name in options["files"]:
            file = loading.read(name)
            try:
                programme = loading.load(file)
            except loading.AlreadyPublished as refusal:
                raise CommandError(str(refusal)) from refusal
            courses.load(programme, file["courses"])
            self.stdout.write(f"Programme chargé : {programme.name}")
