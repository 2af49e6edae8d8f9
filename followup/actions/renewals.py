"""The simple visit that renews what is prescribed, from the end of the running prescription.

There is at most one such visit to come. One whose window is open is the visit being held these
days: a prescription signed meanwhile leaves it where it is.
"""

from datetime import date, datetime

from accounts.models import Member
from core import audit
from followup import rules
from followup.actions.checks import locked_enrolment
from followup.enums import DateSource, VisitStatus
from followup.models import Visit
from patients.enums import EnrolmentState
from patients.models import Enrolment
from prescriptions import running
from programmes.enums import VisitKind


def follow_prescriptions(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """Plan, move or close the renewal: what is prescribed has changed (`ON_CHANGED`)."""
    with audit.context("visits.renewal", by=by):
        plan(enrolment, today=by.site.local_day(at))


def plan_missing_renewal(enrolment_id: int, *, at: datetime) -> bool:
    """Plan the renewal of a participation that has none; whether there was one to plan."""
    with audit.acting("visits.renewal", by=audit.SYSTEM):
        enrolment = locked_enrolment(enrolment_id)
        planned = plan(enrolment, today=enrolment.site.local_day(at))
        if planned:
            audit.record(
                "visits.renewal", enrolment, by=audit.SYSTEM, subject=str(enrolment.public_id)
            )
    return planned


def plan(enrolment: Enrolment, *, today: date) -> bool:
    """Make the renewal to come what the prescriptions ask; whether something was written.

    Inside an act that has locked the enrolment, or the prescription that changes.
    """
    planned = Visit.objects.filter(enrolment=enrolment.pk, status=VisitStatus.PLANNED)
    to_come = planned.filter(date_source=DateSource.RENEWAL, opens_on__gt=today)
    others = planned.exclude(pk__in=to_come.values("pk"))
    on = _wanted(enrolment, list(others.values_list("due_on", flat=True)), today)
    if on is None:
        return bool(to_come.update(status=VisitStatus.CLOSED))
    opens_on, _ = rules.window(on, rules.RENEWAL_DAYS, 0)
    dates = {"due_on": on, "opens_on": opens_on, "closes_on": on}
    if found := to_come.first():
        return bool(to_come.filter(pk=found.pk).exclude(**dates).update(**dates))
    Visit.objects.create(
        enrolment=enrolment, kind=VisitKind.SIMPLE, date_source=DateSource.RENEWAL, **dates
    )
    return True


def _wanted(enrolment: Enrolment, due: list[date], today: date) -> date | None:
    """Only of patients under treatment: a weaning ends, and is followed by its own plan."""
    if enrolment.state != EnrolmentState.ACTIVE or enrolment.merged_into_id is not None:
        return None
    ends_on = running.end(enrolment.pk, today)
    return None if ends_on is None else rules.renewal_visit(ends_on, due, today=today)
