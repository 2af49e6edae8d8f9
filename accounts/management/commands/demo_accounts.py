from typing import Any

from django.core.management.base import BaseCommand

from accounts import demo


class Command(BaseCommand):
    """Print who may enter the demonstration, with the codes of the moment."""

    help = "Affiche les comptes de la démonstration."

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        rows = [("Personne", "Rôle et lieu", "Identifiant", "Code")]
        for account in demo.accounts():
            places = [f"{one.get_role_display()}, {one.site.name}" for one in account.members]
            who = (account.user.full_name, account.identifier, account.code)
            rows.append((who[0], places[0] if places else "–", who[1], who[2]))
            rows.extend(("", place, "", "") for place in places[1:])
        if len(rows) == 1:
            self.stdout.write("Aucun compte de démonstration dans cette base.")
            return
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            cells = zip(row, widths, strict=True)
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
        self.stdout.write(f"\nMot de passe de tous les comptes\u202f: {demo.PASSWORD}")
