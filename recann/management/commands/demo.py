from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from core import audit
from evaluation.tasks import count_by_month, release_quarter
from patients.models import Enrolment
from recann.cohort import demonstration, shelves, situations


class Command(BaseCommand):
    """Load the demonstration into an empty database, as the owner of its tables."""

    help = "Charge la démonstration dans une base vide."

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002
        if Enrolment.objects.exists():
            raise CommandError("Cette base contient déjà des participations.")
        call_command("load_programmes", stdout=self.stdout)
        # What is written past every action says so in the history too.
        with audit.acting("cohort.loaded", by=audit.SYSTEM):
            today = timezone.localdate()
            counted = demonstration.load(today=today)
            situations.add(today=today)
            shelves.add(today=today)
            # Nobody of the cohort signs in: without this they would all be told that they sleep.
            User.objects.filter(last_login=None).update(last_login=timezone.now())
        # What the night would do: the rows just loaded are dated from years before.
        count_by_month()
        release_quarter()
        self.stdout.write(f"{sum(counted.values())} lignes chargées.")
