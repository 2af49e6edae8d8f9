from django.db import migrations


SOURCE = "Repris du programme"


def copy(apps, schema_editor):
    """Each ceiling and each closing date of a programme becomes an opening in force."""
    using = schema_editor.connection.alias
    openings = apps.get_model("programmes", "Opening").objects.using(using)
    for programme in apps.get_model("programmes", "Programme").objects.using(using).order_by("pk"):
        common = {"programme": programme, "state": "PUBLISHED", "source": SOURCE}
        if programme.active_ceiling:
            openings.create(kind="CEILING", places=programme.active_ceiling, valid_from=programme.opens_on, **common)
        if programme.inclusions_closed_from:
            openings.create(
                kind="CLOSURE", reason=programme.closing_reason, valid_from=programme.inclusions_closed_from, **common
            )


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_openings")]

    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
