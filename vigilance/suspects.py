"""Which medicines may be suspected: those prescribed, their dose that day, their last batch."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.models import Enrolment
from pharmacies.models import DispensedItem
from prescriptions.enums import PrescriptionStatus
from prescriptions.models import Line, Prescription
from programmes.models import Product
from vigilance import rules


# Days. Prescriptions ended for longer are not proposed. No source: the form stays short.
RECENT_DAYS = 90


@dataclass(frozen=True)
class Candidate:
    """A medicine the patient was prescribed; doses are those of the day asked."""

    product: Product
    thc_mg_per_day: Decimal | None
    cbd_mg_per_day: Decimal | None
    batch: str
    started_on: date

    @property
    def name(self) -> str:
        return self.product.name


def candidates(
    enrolment: Enrolment, on: date, *, prescription: Prescription | None = None
) -> list[Candidate]:
    """The medicines of the patient's signed prescriptions, the newest first. Three queries.

    :param on: day of the doses, that of the onset
    :param prescription: the only one a pharmacist may read
    """
    lines = (
        Line.objects.filter(
            prescription__enrolment=enrolment,
            prescription__status=PrescriptionStatus.SIGNED,
        )
        .select_related("product", "prescription")
        .prefetch_related("steps")
        .order_by("-prescription__starts_on", "-prescription__pk", "position")
    )
    if prescription is not None:
        lines = lines.filter(prescription=prescription)
    by_product: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_product[line.product_id].append(line)
    batches = _batches(enrolment, prescription)
    found = [
        _candidate(lines_, on, batches) for lines_ in by_product.values() if _recent(lines_, on)
    ]
    return found or [_candidate(lines_, on, batches) for lines_ in list(by_product.values())[:1]]


def _recent(lines: list[Line], on: date) -> bool:
    return any((on - line.prescription.ends_on).days <= RECENT_DAYS for line in lines)


def _batches(enrolment: Enrolment, prescription: Prescription | None) -> dict[int, str]:
    """The last batch handed over, by product."""
    items = DispensedItem.objects.filter(
        dispensation__enrolment=enrolment, dispensation__undone=None
    )
    if prescription is not None:
        items = items.filter(dispensation__prescription=prescription)
    rows = items.order_by("dispensation__dispensed_on", "pk").values_list(
        "line__product_id", "batch"
    )
    return dict(rows)


def _candidate(lines: list[Line], on: date, batches: dict[int, str]) -> Candidate:
    product = lines[0].product
    running = next((line for line in lines if _runs(line, on)), None)
    return Candidate(
        product=product,
        thc_mg_per_day=_mg(running, on, "thc_mg_per_unit"),
        cbd_mg_per_day=_mg(running, on, "cbd_mg_per_unit"),
        batch=batches.get(product.pk, ""),
        started_on=min(line.prescription.starts_on for line in lines),
    )


def _runs(line: Line, on: date) -> bool:
    return 0 <= (on - line.prescription.starts_on).days < line.days


def _mg(line: Line | None, on: date, strength: str) -> Decimal | None:
    if line is None:
        return None
    steps = sorted(line.steps.all(), key=lambda step: step.position)
    doses = [rules.Dose(step.dose, step.intakes_per_day, step.days) for step in steps]
    day = (on - line.prescription.starts_on).days
    mg: Decimal = rules.units_per_day(doses, day) * getattr(line, strength)
    return mg.quantize(Decimal("0.0001"))
