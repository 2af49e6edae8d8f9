from datetime import UTC, date, datetime

from core import audit
from core.models import JournalLine
from followup import actions
from followup.enums import VisitStatus
from followup.models import Visit
from tests.followup.factories import VisitFactory


AT = datetime(2026, 4, 2, 12, tzinfo=UTC)


def test_a_mistaken_exit_plans_again_the_visits_of_the_calendar():
    done = VisitFactory(done=True)
    closed = {"enrolment": done.enrolment, "status": VisitStatus.CLOSED}
    calendar = VisitFactory(code="M3", due_on=date(2026, 6, 2), **closed)
    given = VisitFactory(code="", due_on=date(2026, 5, 2), definition=None, **closed)

    with audit.acting("enrolment.reopened", by=done.held_by):
        actions.reopen(done.enrolment, done.held_by, AT)

    statuses = dict(Visit.objects.values_list("pk", "status"))
    assert statuses == {done.pk: "DONE", calendar.pk: "PLANNED", given.pk: "CLOSED"}
    assert JournalLine.objects.get(action="visits.reopened").detail == {"count": 1}
