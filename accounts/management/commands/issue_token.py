from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.models import Member
from core import audit


class Command(BaseCommand):
    """Print a new token of an API client: it is shown this once."""

    help = "Crée un jeton pour un client de l’API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("member", help="identifiant public du membre, ou adresse du compte")
        parser.add_argument("--days", type=int, default=365, help="durée, en jours")

    def handle(self, *args: object, **options: Any) -> str:  # noqa: ARG002
        member = _member(options["member"])
        if member is None:
            raise CommandError(f"Client de l’API inconnu\u202f: {options['member']}")
        try:
            days = options["days"]
            return actions.issue_token(member, days=days, by=audit.SYSTEM, at=timezone.now())
        except actions.CannotIssueToken as refusal:
            raise CommandError(str(refusal)) from refusal


def _member(asked: str) -> Member | None:
    members = Member.objects.open().select_related("user")
    if "@" in asked:
        return members.filter(user__email=asked.lower(), role="API_CLIENT").first()
    try:
        return members.filter(public_id=asked).first()
    except ValidationError:
        return None
