from django.db import migrations


PLACE = "patients.PriorTreatment.drug"


def seal(apps, schema_editor):
    """Seal each drug under its enrolment's key, in the rows and in their versions.

    A key that was destroyed seals nothing: the text goes with it, as it should have.
    """
    from core import keys

    using = schema_editor.connection.alias
    enrolments = dict(apps.get_model("patients", "Enrolment").objects.using(using).values_list("pk", "key_id"))
    for name in ("PriorTreatment", "PriorTreatmentEvent"):
        rows = apps.get_model("patients", name).objects.using(using)
        for row in rows.filter(drug_sealed=None).exclude(drug="").iterator():
            key_id = enrolments.get(row.enrolment_id)
            key = keys.open_keys([key_id]).get(key_id)
            if key is not None:
                rows.filter(pk=row.pk).update(drug_sealed=key.seal(row.drug.encode(), PLACE))


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_seal_prior_treatments")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
