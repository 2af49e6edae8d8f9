"""Publishing a change of the calendar: the definition and the visits, in one transaction."""

from datetime import date, datetime

from accounts.models import Member
from core import audit
from followup import impact, rules
from followup.enums import DateSource
from followup.models import Visit
from programmes.actions.visits import locked_draft, publish_visit
from programmes.models import VisitDefinition


# Rows written by one statement.
BATCH = 2000


def publish(definition: VisitDefinition, *, by: Member, at: datetime) -> int:
    """Put a draft in force and move what is still planned; return how many visits changed.

    What was held, missed or closed stays under the definition it was under.

    :raises programmes.actions.CannotPublish: nothing was written
    """
    with audit.acting("visit_definition.published", by=by):
        locked = locked_draft(definition)
        publish_visit(locked, by=by, at=at)
        changed = _move(locked)
        added = _add(locked, by.site.local_day(at))
        audit.record(
            "visit_definition.published",
            locked,
            by=by,
            code=locked.code,
            moved=changed,
            added=added,
        )
    return changed + added


def _move(definition: VisitDefinition) -> int:
    """One statement. A visit held at the same instant is left alone: it is planned no more."""
    return impact.moved(definition).update(
        definition=definition, kind=definition.kind, **impact.new_values(definition)
    )


def _add(definition: VisitDefinition, today: date) -> int:
    """Visits of a code that these patients did not have."""
    rows = impact.missing(definition, today).only("pk", "included_on")
    planned = [planned_visit(enrolment.pk, enrolment.included_on, definition) for enrolment in rows]
    Visit.objects.bulk_create(planned, batch_size=BATCH, ignore_conflicts=True)
    return len(planned)


def planned_visit(enrolment_id: int, included_on: date, definition: VisitDefinition) -> Visit:
    due_on = rules.due_on(included_on, definition.offset_months)
    opens_on, closes_on = rules.window(
        due_on, definition.window_before_days, definition.window_after_days
    )
    return Visit(
        enrolment_id=enrolment_id,
        definition=definition,
        code=definition.code,
        kind=definition.kind,
        due_on=due_on,
        opens_on=opens_on,
        closes_on=closes_on,
        date_source=DateSource.DEFINITION,
    )
