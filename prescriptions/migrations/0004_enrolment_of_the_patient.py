from django.db import migrations


class Migration(migrations.Migration):
    """A prescription's patient is the enrolment's: Django has no composite foreign key."""

    dependencies = [("prescriptions", "0003_what_is_prescribed")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE prescriptions_prescription"
            " ADD CONSTRAINT prescriptions_enrolment_of_patient"
            " FOREIGN KEY (enrolment_id, patient_id) REFERENCES patients_enrolment (id, patient_id)"
            " DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE prescriptions_prescription"
            " DROP CONSTRAINT prescriptions_enrolment_of_patient",
        ),
    ]
