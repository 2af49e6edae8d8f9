"""What a change of a planned visit does to the visits of patients: counted, then written.

The same querysets answer the page and the act, in a fixed number of statements.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from followup.enums import DateSource, VisitStatus
from followup.models import Visit
from patients.models import Enrolment
from programmes.models import VisitDefinition


class _Sum(Func):
    """A date and days, or a date and months: PostgreSQL keeps to the end of a shorter month."""

    arg_joiner = " + "
    template = "(%(expressions)s)::date"
    output_field = DateField()


class _Months(Func):
    template = "make_interval(months => %(expressions)s)"
    output_field = IntegerField()


def _plus(day: Combinable, days: int) -> _Sum:
    return _Sum(day, Value(days, output_field=IntegerField()))


def _months_after(day: Combinable, months: int) -> _Sum:
    return _Sum(day, _Months(Value(months)))


def concerned(definition: VisitDefinition) -> QuerySet[Enrolment]:
    """Patients followed, included in the period of the definition."""
    included = Q(included_on__gte=definition.applies_from)
    if definition.applies_to is not None:
        included &= Q(included_on__lte=definition.applies_to)
    return Enrolment.objects.live().filter(included, programme=definition.programme_id)


def moved(definition: VisitDefinition) -> QuerySet[Visit]:
    """Visits of that code still planned; none that was held, missed or closed."""
    return Visit.objects.filter(
        enrolment__in=concerned(definition),
        definition__isnull=False,
        code=definition.code,
        status=VisitStatus.PLANNED,
    )


def missing(definition: VisitDefinition, today: date) -> QuerySet[Enrolment]:
    """Patients who have no visit of that code yet, and whose window would not be over."""
    due = _months_after(F("included_on"), definition.offset_months)
    known = Visit.objects.filter(definition__isnull=False, code=definition.code)
    return (
        concerned(definition)
        .exclude(pk__in=known.values("enrolment"))
        .annotate(closes=_plus(due, definition.window_after_days))
        .filter(closes__gte=today)
    )


def new_values(definition: VisitDefinition) -> dict[str, Any]:
    """Columns of a visit that moves. A date given at a consultation stays, with its window."""
    included = Subquery(Enrolment.objects.filter(pk=OuterRef("enrolment")).values("included_on"))
    due = _months_after(included, definition.offset_months)
    ours = When(date_source=DateSource.DEFINITION, then=due)
    opens = _plus(due, -definition.window_before_days)
    closes = _plus(due, definition.window_after_days)
    theirs = Q(date_source=DateSource.DEFINITION)
    return {
        "due_on": Case(ours, default=F("due_on")),
        "opens_on": Case(When(theirs, then=opens), default=F("opens_on")),
        "closes_on": Case(When(theirs, then=closes), default=F("closes_on")),
    }


@dataclass(frozen=True)
class Span:
    """From the first to the last day of the visits concerned."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Impact:
    """What publishing would do. Dates before and after are those of the visits that change."""

    planned: int
    changed: int
    moved: int
    given: int
    other_kind: int
    other_holders: int
    late: int
    held: int
    added: int
    before: Span
    after: Span


def of(definition: VisitDefinition, today: date) -> Impact:
    """Count it. Three queries, whatever the number of patients."""
    new = new_values(definition)
    rows = moved(definition).annotate(**{f"new_{name}": value for name, value in new.items()})
    date_moves = ~Q(new_due_on=F("due_on"))
    window = ~Q(new_opens_on=F("opens_on")) | ~Q(new_closes_on=F("closes_on"))
    other_kind = ~Q(kind=definition.kind)
    other_holders = ~Q(definition__holders=definition.holders)
    changes = date_moves | window | other_kind | other_holders
    found = rows.aggregate(
        planned=Count("pk"),
        changed=Count("pk", filter=changes),
        moved=Count("pk", filter=date_moves),
        given=Count("pk", filter=~Q(date_source=DateSource.DEFINITION)),
        other_kind=Count("pk", filter=other_kind),
        other_holders=Count("pk", filter=other_holders),
        late=Count("pk", filter=changes & Q(new_closes_on__lt=today, closes_on__gte=today)),
        before_first=Min("due_on", filter=changes),
        before_last=Max("due_on", filter=changes),
        after_first=Min("new_due_on", filter=changes),
        after_last=Max("new_due_on", filter=changes),
    )
    before = Span(found.pop("before_first"), found.pop("before_last"))
    after = Span(found.pop("after_first"), found.pop("after_last"))
    held = Visit.objects.filter(
        enrolment__in=concerned(definition), code=definition.code, status=VisitStatus.DONE
    )
    added = missing(definition, today).count()
    return Impact(**found, held=held.count(), added=added, before=before, after=after)
