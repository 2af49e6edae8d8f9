from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.partitions import PartitionByMonth


# ADR 0049.
YEARS = [
    ("COPIES", 3, "CSP art. R. 5132-35\u202f: copie de l’ordonnance conservée trois ans"),
    ("REGISTER", 10, "CSP art. R. 5132-36\u202f: dix ans à compter de la dernière mention"),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias != "default":
        return
    times = apps.get_model("pharmacies", "KeepingTime")
    for subject, years, source in YEARS:
        times.objects.create(
            subject=subject, years=years, valid_from=date(2021, 3, 26), source=source
        )


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("pharmacies", "KeepingTime").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("pharmacies", "0011_keeping_times")]

    operations = [
        PartitionByMonth("KeepingTimeEvent", "pgh_created_at"),
        migrations.RunPython(add, remove),
    ]
