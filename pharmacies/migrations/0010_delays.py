from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.partitions import PartitionByMonth


# ADR 0048: none is law.
SOURCE = "Choix du registre"
DELAYS = [("NOTICE", 48), ("BULLETIN", 24), ("INTERVENTION", 24)]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias != "default":
        return
    delay = apps.get_model("pharmacies", "Delay")
    for code, hours in DELAYS:
        delay.objects.create(code=code, hours=hours, valid_from=date(2021, 3, 26), source=SOURCE)


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("pharmacies", "Delay").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("pharmacies", "0009_escalation")]

    operations = [
        PartitionByMonth("DelayEvent", "pgh_created_at"),
        migrations.RunPython(add, remove),
    ]
