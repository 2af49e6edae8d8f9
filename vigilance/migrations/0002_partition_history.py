from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("vigilance", "0001_initial")]

    operations = [
        PartitionByMonth("AdverseEventEvent", "pgh_created_at"),
    ]
