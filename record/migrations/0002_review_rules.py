from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


# ADR 0107: none of these figures is law. Late typing asks why after a week (ADR 0050); a review
# looks further.
RULES = [
    ("LATE_ENTRIES", {"days": 14}, 1),
    ("CHANGED_AFTER", {}, 1),
    ("REPEATED_CHANGES", {"times": 3}, 3),
    ("NIGHT_ACTIVITY", {"from_hour": 22, "to_hour": 6, "acts": 10}, 1),
    ("MASS_READING", {"records": 60}, 1),
]


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias != "default":
        return
    rule = apps.get_model("record", "ReviewRule")
    for kind, parameters, every_months in RULES:
        rule.objects.create(kind=kind, parameters=parameters, every_months=every_months)


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.alias == "default":
        apps.get_model("record", "ReviewRule").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("record", "0001_reviews")]

    operations = [migrations.RunPython(add, remove)]
