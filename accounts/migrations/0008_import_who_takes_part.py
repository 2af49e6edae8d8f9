from django.db import migrations, models


KINDS = ["COMPLETIONS", "PROFESSIONALS", "PLACES", "PARTICIPANTS"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_closed_days")]

    operations = [
        migrations.RemoveConstraint(model_name="importedfile", name="accounts_import_kind_known"),
        migrations.AlterField(
            model_name="importedfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("COMPLETIONS", "Attestations de formation"),
                    ("PROFESSIONALS", "Professionnels (RPPS)"),
                    ("PLACES", "Établissements (FINESS)"),
                    ("PARTICIPANTS", "Lieux participants (structures, PUI, officines)"),
                ],
                max_length=20,
                verbose_name="contenu",
            ),
        ),
        migrations.AddConstraint(
            model_name="importedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="accounts_import_kind_known"
            ),
        ),
    ]
