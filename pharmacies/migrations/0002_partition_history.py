from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("pharmacies", "0001_initial")]

    operations = [
        PartitionByMonth("ReceivedEvent", "pgh_created_at"),
        PartitionByMonth("DispensationEvent", "pgh_created_at"),
        PartitionByMonth("DispensedItemEvent", "pgh_created_at"),
    ]
