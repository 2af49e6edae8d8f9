from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0008_lines_say_more_and_plans")]

    operations = [
        PartitionByMonth("PlanEvent", "pgh_created_at"),
        PartitionByMonth("PlanStepEvent", "pgh_created_at"),
    ]
