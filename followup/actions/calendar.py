"""The calendar of participations: planned at inclusion, closed at the exit, planned again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from accounts.models import Member
from core import audit
from followup.actions import renewals
from followup.actions.definitions import BATCH, planned_visit
from followup.enums import VisitStatus
from followup.models import Visit, VisitQuerySet
from patients.enums import LateReason
from patients.models import Enrolment
from programmes.models import VisitDefinition


def schedule(enrolments: Sequence[Enrolment], by: Member, at: datetime) -> None:
    """Plan the visits of the programmes, from the definitions in force at inclusion.

    Called inside the transaction of the inclusion (`patients.actions.ON_INCLUDED`); called twice,
    it plans nothing more. `at` is part of the hook's signature.
    """
    del at
    planned = [
        planned_visit(one.pk, one.included_on, definition)
        for one, definitions in _definitions(enrolments)
        for definition in definitions
    ]
    with audit.context("visits.scheduled", by=by):
        Visit.objects.bulk_create(planned, batch_size=BATCH, ignore_conflicts=True)
    _record("visits.scheduled", enrolments, Counter(one.enrolment_id for one in planned), by)


def _definitions(
    enrolments: Sequence[Enrolment],
) -> Iterator[tuple[Enrolment, list[VisitDefinition]]]:
    """Those of each participation, read once for all."""
    days = [one.included_on for one in enrolments]
    rows = VisitDefinition.objects.over(min(days), max(days)).filter(
        programme__in={one.programme_id for one in enrolments}
    )
    known = list(rows.order_by("offset_months", "pk"))
    for one in enrolments:
        mine = [row for row in known if row.programme_id == one.programme_id]
        yield one, [row for row in mine if row.is_for(one.included_on)]


def close(enrolments: Sequence[Enrolment], by: Member, at: datetime) -> None:
    """Close what is still planned: the patients left (`patients.actions.ON_ENDED`)."""
    del at
    _close(enrolments, Visit.objects.all(), by)


def close_before(enrolments: Sequence[Enrolment], by: Member, at: datetime) -> None:
    """Close the visits whose window was over: they belong to the older register.

    Called after `schedule` (`patients.actions.ON_TAKEN_OVER`): nobody is reminded of them.
    """
    _close(enrolments, Visit.objects.filter(closes_on__lt=by.site.local_day(at)), by)


def _close(enrolments: Sequence[Enrolment], which: VisitQuerySet, by: Member) -> None:
    planned = which.filter(enrolment__in=enrolments, status=VisitStatus.PLANNED)
    locked = planned.select_for_update(of=("self",)).order_by("pk")
    found = dict(locked.values_list("pk", "enrolment"))
    with audit.context("visits.closed", by=by):
        Visit.objects.filter(pk__in=found).update(status=VisitStatus.CLOSED)
    _record("visits.closed", enrolments, Counter(found.values()), by)


def _record(
    action: str, enrolments: Sequence[Enrolment], counts: Mapping[int, int], by: Member
) -> None:
    """How many visits of each participation changed."""
    lines = [audit.Line(one, detail={"count": counts.get(one.pk, 0)}) for one in enrolments]
    audit.record_each(action, lines, by=by)


def reopen(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """Plan again what an exit recorded by mistake had closed (`patients.actions.ON_REOPENED`).

    Visits of the calendar, and the renewal of what still runs: a date given at a consultation is
    given again, and those held in an older register stay there.
    """
    closed = Visit.objects.filter(
        enrolment=enrolment, status=VisitStatus.CLOSED, definition__isnull=False
    )
    if enrolment.late_reason == LateReason.IMPORT:
        closed = closed.filter(closes_on__gte=by.site.local_day(enrolment.recorded_at))
    with audit.context("visits.reopened", by=by):
        reopened = closed.update(status=VisitStatus.PLANNED)
        renewals.plan(enrolment, today=by.site.local_day(at))
    audit.record("visits.reopened", enrolment, by=by, count=reopened)
