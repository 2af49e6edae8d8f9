"""Until when each patient has medicine: computed, and the patients about to run out. ADR 0046."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef

from accounts.enums import Role
from accounts.models import Member
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from pharmacies import rules
from pharmacies.models import Dispensation, DispensedItem
from pharmacies.sheet import supplies_of
from prescriptions.rules import last_day
from programmes.models import Programme


# Days ahead that are told. No legal source: the time to see a doctor and to order.
GAP_DAYS = 7
# Days after which a patient without medicine is another matter. No legal source.
PAST_DAYS = 30


def ends(enrolments: Collection[int]) -> dict[int, date]:
    """By enrolment: the first day without one of the medicines of the last prescription supplied,
    or of another one of which something is left to supply, less one. One query, whatever was
    given; nothing for those who never received anything."""
    items = (
        DispensedItem.objects.filter(
            dispensation__enrolment__in=enrolments, dispensation__undone=None
        )
        .select_related("dispensation__received", "line__prescription")
        .order_by("dispensation__dispensed_on", "dispensation__sequence_no", "pk")
    )
    by_enrolment: dict[int, list[DispensedItem]] = defaultdict(list)
    for item in items:
        by_enrolment[item.dispensation.enrolment_id].append(item)
    return {pk: _end(given) for pk, given in by_enrolment.items()}


def _end(given: list[DispensedItem]) -> date:
    """The earliest end among these medicines."""
    running = given[-1].line.prescription_id
    replaced = {item.line.replaces_product_id for item in given}
    by_product: dict[int, list[DispensedItem]] = defaultdict(list)
    for item in given:
        by_product[item.line.product_id].append(item)
    return min(
        _covered(items)
        for product, items in by_product.items()
        if items[-1].line.prescription_id == running
        or (product not in replaced and _goes_on(items, given[-1].dispensation.dispensed_on))
    )


def _goes_on(items: list[DispensedItem], on: date) -> bool:
    """Whether the medicine was in hand that day, and its line asks for more: a year of an ordinary
    oil beside a narcotic. What was supplied to its end gave way to something else."""
    line, end = items[-1].line, _covered(items)
    asked = last_day(line.prescription.starts_on, line.days)
    return on <= end < asked


def _covered(items: list[DispensedItem]) -> date:
    first = items[0].line.prescription.starts_on
    return rules.covered_until(first, supplies_of(items)) or first


def running_out(enrolments: EnrolmentQuerySet, today: date) -> EnrolmentQuerySet:
    """Those who have no medicine after the coming week, or have had none for a month at most."""
    return (
        enrolments.live()
        .filter(
            supply_end__ends_on__gte=today - timedelta(days=PAST_DAYS),
            supply_end__ends_on__lte=today + timedelta(days=GAP_DAYS),
        )
        .annotate(ends_on=F("supply_end__ends_on"))
    )


def followed_by(member: Member, today: date) -> EnrolmentQuerySet:
    """The doctor's patients; for a pharmacist, those the pharmacy served in the last 12 months."""
    if member.role != Role.PHARMACIST:
        return Enrolment.objects.visible_to(member)
    served = Dispensation.objects.standing().filter(
        enrolment=OuterRef("pk"),
        pharmacy=member.site_id,
        dispensed_on__gt=rules.served_after(today),
    )
    return Enrolment.objects.filter(
        Exists(served), programme__in=Programme.objects.visible_to(member)
    )


def without_end(many: int) -> Iterable[int]:
    """Enrolments that were supplied and whose end is not written: what was loaded, not typed."""
    supplied = DispensedItem.objects.filter(
        dispensation__enrolment=OuterRef("pk"), dispensation__undone=None
    )
    missing = Enrolment.objects.filter(Exists(supplied), supply_end=None).order_by("pk")
    return list(missing.values_list("pk", flat=True)[:many])
