"""The calendar of a patient followed before, in an older register."""

from datetime import datetime

from accounts.models import Member
from core import audit
from followup.enums import VisitStatus
from followup.models import Visit
from patients.models import Enrolment


def close_before(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """Close the visits whose window was over: they belong to the older register.

    Called after `schedule` (`patients.actions.ON_TAKEN_OVER`): nobody is reminded of them.
    """
    over = Visit.objects.filter(
        enrolment=enrolment, status=VisitStatus.PLANNED, closes_on__lt=by.site.local_day(at)
    )
    with audit.context("visits.closed", by=by):
        closed = over.update(status=VisitStatus.CLOSED)
    audit.record("visits.closed", enrolment, by=by, count=closed)
