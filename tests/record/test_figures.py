"""The curve of a patient: both doses, steps, supplies and events, with their table."""

from datetime import date, timedelta
from decimal import Decimal

from prescriptions.models import Prescription
from record import figures
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    DoseStepFactory,
    LineFactory,
    PrescriptionFactory,
)


def signed_titration():
    """0.25 then 1 mL twice a day of THC 25 / CBD 25."""
    draft = PrescriptionFactory(lines=False)
    line = LineFactory(prescription=draft, steps=False)
    DoseStepFactory(line=line, dose=Decimal("0.25"), days=7)
    DoseStepFactory(line=line, dose=Decimal(1), days=21, position=2)
    Prescription.objects.filter(pk=draft.pk).update(
        status="SIGNED", signed_at=WRITTEN_AT, signed_on=WRITTEN_ON
    )
    return list(Prescription.objects.prefetch_related("lines__steps"))


def figure(signed, until, **acts):
    found = figures.Acts(acts.get("handed_over", []), acts.get("events", []))
    return figures.over_time([], signed, until=until, acts=found)


def test_both_cannabinoids_follow_each_step():
    drawn = figure(signed_titration(), date(2026, 4, 30))

    assert drawn.legend == ["THC par jour (mg)", "CBD par jour (mg)"]
    thc = [row for row in drawn.rows if row[1].startswith("THC")]
    assert thc == [
        ["02/03/2026", "THC par jour (mg)", "12,5 mg"],
        ["09/03/2026", "THC par jour (mg)", "50 mg"],
        ["30/03/2026", "THC par jour (mg)", "0 mg"],
    ]


def test_a_cannabinoid_never_prescribed_is_left_out():
    ordinary = [PrescriptionFactory(ordinary=True, signed=True)]

    drawn = figure(ordinary, WRITTEN_ON + timedelta(days=60))

    assert drawn.legend == ["CBD par jour (mg)"]


def test_nothing_measured_nothing_changed_draws_nothing():
    assert figure([], WRITTEN_ON) is None
    one = [PrescriptionFactory(ordinary=True, signed=True)]
    assert figure(one, WRITTEN_ON) is None
