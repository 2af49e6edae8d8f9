"""What whoever checks the code of a prescription learns of its supply."""

from datetime import date

import pytest

from core import codes
from pharmacies import supplied
from prescriptions.models import Prescription
from tests.pharmacies.factories import DispensationFactory, DispensedItemFactory, UndoneFactory
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory


def handed_over(days):
    """A dispensation of so many days of the only line, of 28 days."""
    dispensation = DispensationFactory()
    prescription = dispensation.prescription
    if days:
        DispensedItemFactory(dispensation=dispensation, line=prescription.lines.get(), days=days)
    return prescription


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, ""),
        (1, "Valable, en partie délivrée"),
        (27, "Valable, en partie délivrée"),
        (28, "Entièrement délivrée"),
    ],
)
def test_state(days, said):
    assert supplied.state(handed_over(days)) == said


def test_the_public_page_says_it():
    far = PrescriptionFactory(signed=True, starts_on=date(2099, 1, 1))
    dispensation = DispensationFactory(received__prescription=far)
    DispensedItemFactory(dispensation=dispensation, days=14)
    Prescription.objects.filter(pk=far.pk).update(first_dispensed_at=WRITTEN_AT)

    assert codes.STATES["prescription"](far.pk) == "Valable, en partie délivrée"


def test_what_was_undone_was_not_supplied():
    far = PrescriptionFactory(signed=True, starts_on=date(2099, 1, 1))
    dispensation = DispensationFactory(received__prescription=far)
    DispensedItemFactory(dispensation=dispensation, days=14)
    Prescription.objects.filter(pk=far.pk).update(first_dispensed_at=WRITTEN_AT)
    UndoneFactory(dispensation=dispensation)

    assert codes.STATES["prescription"](far.pk) == "Valable, non délivrée"


def test_another_prescription_s_supply_says_nothing_of_this_one():
    handed_over(28)

    assert supplied.state(PrescriptionFactory(signed=True)) == ""
