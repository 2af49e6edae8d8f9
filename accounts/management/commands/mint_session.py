from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import demo, sessions
from accounts.models import User


class Command(BaseCommand):
    """Print the cookie of a session already open: for measurements and browser tests."""

    help = "Affiche le cookie d’une session ouverte, en démonstration seulement."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="login (claire.moreau), adresse ou numéro RPPS")

    def handle(self, *args: object, **options: Any) -> str:  # noqa: ARG002
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("Refusé\u202f: ce n’est pas une démonstration.")
        asked = options["user"]
        user = User.objects.known_as(asked)
        user = user or User.objects.known_as(f"{asked}@{demo.DOMAIN}")
        if user is None:
            raise CommandError(f"Compte inconnu\u202f: {asked}")
        try:
            return sessions.mint(user, at=timezone.now())
        except sessions.CannotMint as refusal:
            raise CommandError(str(refusal)) from refusal
