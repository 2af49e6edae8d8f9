"""Indexes that only the live part of the dashboard reads: what was recorded since the night.

They stand on tables of the acts before, which do not need them: this app makes and drops them.
"""

from django.db import migrations


INDEXES = {
    "evaluation_included_since": "patients_enrolment (programme_id, recorded_at)",
    "evaluation_left_since": "patients_enrolment (end_recorded_at) WHERE ended_on IS NOT NULL",
    "evaluation_started_since": (
        "prescriptions_prescription (signed_at, enrolment_id) WHERE is_initiation"
    ),
    "evaluation_event_since": "vigilance_adverseevent (recorded_at, enrolment_id)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0002_month_counts"),
        ("patients", "0001_initial"),
        ("prescriptions", "0001_initial"),
        ("vigilance", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {where}", f"DROP INDEX {name}")
        for name, where in INDEXES.items()
    ]
