"""What a newcomer finds loads whatever the day, and each of them has something to do."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.demo import DOMAIN
from accounts.enums import Role
from accounts.models import Member
from core.models import Draft, OutgoingMail
from patients.models import Enrolment
from pharmacies import samples
from pharmacies.models import Bulletin, RegisterMonth, SupplyEnd
from prescriptions.models import Prescription
from recann.cohort import demonstration, shelves, situations
from recann.cohort.plan import plan
from record import worklist
from vigilance.models import AdverseEvent


# The day of the tests, and days on which months, years and rules turn.
DAYS = (
    date.today(),  # noqa: DTZ011  a newcomer starts on any day: this one is among them
    date(2026, 2, 28),
    date(2027, 1, 1),
    date(2028, 3, 1),
)


def doctor():
    return Member.objects.get(user__email=f"claire.moreau@{DOMAIN}", role=Role.REFERENCE_DOCTOR)


@pytest.mark.slow
@pytest.mark.parametrize("today", DAYS, ids=["today", "february", "new year", "leap year"])
def test_the_demonstration_loads_whatever_the_day(as_owner, settings, today):
    settings.DEMO = True
    with as_owner():
        call_command("load_programmes", verbosity=0)
        with transaction.atomic():
            demonstration.load(today=today, cohort=plan()[:40])
            situations.add(today=today)
            shelves.add(today=today)

    counts = worklist.counts(doctor(), today)
    pharmacist = Member.objects.get(user__email=f"marc.fontaine@{DOMAIN}")
    assert counts.renewals > 0
    assert counts.late + counts.soon > 0
    assert len(samples.waiting(pharmacist)) == situations.AT_COUNTER
    # One that the doctor began, one that a nurse prepared.
    assert Prescription.objects.filter(status="DRAFT").count() == 2
    assert AdverseEvent.objects.undeclared().filter(is_serious=True).exists()
    assert Draft.objects.filter(key__startswith="inclusion:").exists()
    assert OutgoingMail.objects.filter(key__startswith="digest:").exists()
    assert not Enrolment.objects.filter(included_on__gt=today).exists()
    assert RegisterMonth.objects.visible_to(pharmacist).exists()
    assert Bulletin.objects.visible_to(pharmacist).exists()
    assert SupplyEnd.objects.exists()
