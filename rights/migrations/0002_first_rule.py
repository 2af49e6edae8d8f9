from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def write(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What security.md GX-07 asks: suspended at 90 days. Notice and review are our own choice."""
    if editor.connection.alias != "default":
        return
    apps.get_model("rights", "RightsRule").objects.create(
        valid_from=date(2026, 1, 1),
        inactive_days=90,
        notice_days=14,
        review_months=12,
        source="Choix du registre\u202f: aucun texte ne fixe ces délais",
    )


def erase(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("rights", "RightsRule").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_rules_notices_and_reviews")]

    operations = [migrations.RunPython(write, erase)]
