"""What is prescribed goes on until when: of each medicine, and of a participation.

A treatment may stand on two prescriptions at once, or on one whose lines end apart: a year of an
ordinary oil, and a narcotic by 28 days. What ends first is what is renewed first. ADR 0146.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import DateField, ExpressionWrapper, F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from patients.models import Enrolment
from prescriptions import rules
from prescriptions.models import Line, Prescription
from prescriptions.models.prescription import PrescriptionQuerySet
from programmes.models import Product


def ends(today: date) -> Coalesce:
    """Of each row of `Enrolment`: the day by which something is to be renewed, None before the
    first signature. The end of what is narcotic while it runs, else of the longest treatment."""
    signed = Prescription.objects.signed().filter(enrolment=OuterRef("pk"))
    # The first condition, which the second one implies, is the one that has an index.
    narcotic = signed.filter(ends_on__gte=today, narcotic_ends_on__gte=today)
    return Coalesce(
        Subquery(narcotic.order_by("-narcotic_ends_on").values("narcotic_ends_on")[:1]),
        Subquery(signed.order_by("-ends_on").values("ends_on")[:1]),
    )


def end(enrolment_id: int, today: date) -> date | None:
    """The same of one participation."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment_id)
    last = signed.aggregate(narcotic=Max("narcotic_ends_on"), whole=Max("ends_on"))
    narcotic: date | None = last["narcotic"]
    whole: date | None = last["whole"]
    return narcotic if narcotic is not None and narcotic >= today else whole


def to_renew(signed: Iterable[Prescription], today: date) -> Prescription | None:
    """The one of these prescriptions that `end` tells of."""
    rows = list(signed)
    narcotic = [one for one in rows if one.narcotic_ends_on and one.narcotic_ends_on >= today]
    if narcotic:
        return max(narcotic, key=lambda one: (one.narcotic_ends_on, one.pk))
    return max(rows, key=lambda one: (one.ends_on, one.pk), default=None)


def now(enrolment: Enrolment, today: date) -> list[Prescription]:
    """Those that are not over, the last to end first; when there is none, the last one."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment).order_by("-ends_on", "-pk")
    found = list(signed.filter(ends_on__gte=today)) or list(signed[:1])
    for one in found:
        one.enrolment = enrolment
    return found


def covered(
    enrolment: Enrolment,
    products: Iterable[Product],
    signed: PrescriptionQuerySet | None = None,
) -> dict[int, date]:
    """Last day prescribed of each of these medicines; absent for what was never signed."""
    rows = Prescription.objects.signed() if signed is None else signed
    lines = Line.objects.filter(
        prescription__in=rows.filter(enrolment=enrolment), product__in=list(products)
    )
    last = ExpressionWrapper(F("prescription__starts_on") + F("days") - 1, output_field=DateField())
    return dict(lines.values_list("product").annotate(last=Max(last)))


def day_after(enrolment: Enrolment, products: Iterable[Product], today: date) -> date:
    """First day to propose when these are renewed together: once the first of them ends."""
    last = covered(enrolment, products)
    return rules.day_after(min(last.values(), default=None), today)


def first_day(enrolment: Enrolment, today: date) -> date:
    """First day to propose for another prescription: after a narcotic that runs, and after what
    ends within the time of one prescription; beside what goes on for longer."""
    soon = today + timedelta(days=rules.MAX_NARCOTIC_DAYS)
    signed = Prescription.objects.signed().filter(enrolment=enrolment)
    narcotic = signed.aggregate(last=Max("narcotic_ends_on"))["last"]
    whole = signed.filter(ends_on__lte=soon).aggregate(last=Max("ends_on"))["last"]
    return rules.day_after(max(filter(None, [narcotic, whole]), default=None), today)
