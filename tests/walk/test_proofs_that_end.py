"""A proof of training that ends opens every signature until the last minute of its last day,
where the person works, and none after."""

import datetime

import pytest

from patients import gates
from pharmacies.actions import CannotDispense
from prescriptions import actions
from prescriptions.enums import PrescriptionStatus
from tests.pharmacies.factories import at_the_counter
from tests.pharmacies.test_actions import dispense
from tests.prescriptions.factories import WRITTEN_ON, PrescriptionFactory
from tests.prescriptions.signing import sign
from training.models import Completion


# The last minute of the last day and the first of the next, in UTC.
EDGES = [
    pytest.param("Indian/Reunion", datetime.timedelta(hours=20), id="Réunion"),
    pytest.param("America/Guadeloupe", datetime.timedelta(hours=28), id="Guadeloupe"),
    pytest.param("Europe/Paris", datetime.timedelta(hours=23), id="Paris"),
]
MIDNIGHT = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def ends_that_day(member, zone):
    """The member's proof is good until `WRITTEN_ON` included, in that zone."""
    member.site.time_zone = zone
    member.site.save()
    for done in Completion.objects.filter(user=member.user).select_related("course"):
        done.course.valid_from = datetime.date(2021, 3, 1)
        done.course.valid_to = None
        done.course.proof_lasts_months = 12
        done.course.save()
        done.completed_on = WRITTEN_ON.replace(year=WRITTEN_ON.year - 1)
        done.save()


@pytest.mark.parametrize(("zone", "midnight"), EDGES)
def test_a_doctor_signs_until_the_last_minute(zone, midnight):
    draft = PrescriptionFactory()
    ends_that_day(draft.author, zone)

    with pytest.raises(actions.CannotSign, match="formation"):
        sign(draft, at=MIDNIGHT + midnight)
    assert sign(draft, at=MIDNIGHT + midnight - MINUTE).status == PrescriptionStatus.SIGNED


@pytest.mark.parametrize(("zone", "midnight"), EDGES)
def test_a_pharmacist_dispenses_until_the_last_minute(zone, midnight):
    prescription = PrescriptionFactory(signed=True)
    pharmacist = at_the_counter(prescription)
    ends_that_day(pharmacist, zone)
    day = datetime.timedelta(days=1)

    with pytest.raises(CannotDispense, match="formation"):
        dispense(prescription, pharmacist, on=WRITTEN_ON + day, at=MIDNIGHT + midnight)
    assert dispense(prescription, pharmacist, at=MIDNIGHT + midnight - MINUTE)


def test_a_doctor_includes_on_the_last_day_and_not_on_the_next():
    draft = PrescriptionFactory()
    ends_that_day(draft.author, "Indian/Reunion")
    programme = draft.enrolment.programme

    assert gates.doctor(draft.author, programme, WRITTEN_ON) == ""
    after = WRITTEN_ON + datetime.timedelta(days=1)
    assert "formation" in gates.doctor(draft.author, programme, after)
