from datetime import date
from decimal import Decimal

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


# ADR 0032: neither figure is law.
THRESHOLDS = [
    (
        "THC_DAILY_MG",
        Decimal(40),
        "Consensus Delphi international (Bhaskar et coll., 2021)\u202f: plafond de 40 mg de THC par jour",
    ),
    (
        "DOSE_JUMP_FACTOR",
        Decimal(2),
        "Choix du registre\u202f: plus du double de la dose précédente",
    ),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias != "default":
        return
    threshold = apps.get_model("prescriptions", "AlertThreshold")
    for code, value, source in THRESHOLDS:
        threshold.objects.create(
            code=code, value=value, valid_from=date(2021, 3, 26), source=source
        )


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("prescriptions", "AlertThreshold").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0004_enrolment_of_the_patient")]

    operations = [migrations.RunPython(add, remove)]
