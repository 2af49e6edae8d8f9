from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]

    operations = [
        PartitionByMonth("EnrolmentEvent", "pgh_created_at"),
        PartitionByMonth("ConsentEvent", "pgh_created_at"),
        PartitionByMonth("EligibilityAnswerEvent", "pgh_created_at"),
    ]
