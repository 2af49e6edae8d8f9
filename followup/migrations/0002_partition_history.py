from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_initial")]

    operations = [
        PartitionByMonth("VisitEvent", "pgh_created_at"),
        PartitionByMonth("AnswersEvent", "pgh_created_at"),
    ]
