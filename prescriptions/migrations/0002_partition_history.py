from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0001_initial")]

    operations = [
        PartitionByMonth("PrescriptionEvent", "pgh_created_at"),
        PartitionByMonth("LineEvent", "pgh_created_at"),
        PartitionByMonth("DoseStepEvent", "pgh_created_at"),
        PartitionByMonth("LinePackEvent", "pgh_created_at"),
    ]
