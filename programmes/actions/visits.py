"""Visits that a programme plans: drafted, looked at, published; never rewritten.

Publishing moves the visits of patients: it is an act of `followup`, which calls this one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.enums import Role
from accounts.models import Member
from core import audit
from programmes.actions.openings import CannotPublish
from programmes.enums import OpeningState, VisitKind
from programmes.models import Programme, VisitDefinition


@dataclass(frozen=True)
class WantedVisit:
    """A visit as the manager wants it, for the inclusions of a period, both bounds included."""

    code: str
    offset_months: int
    window_before_days: int
    window_after_days: int
    kind: VisitKind
    holders: tuple[Role, ...]
    applies_from: date
    source: str
    applies_to: date | None = None


def draft_visit(programme: Programme, wanted: WantedVisit, *, by: Member) -> VisitDefinition:
    """Write what nobody but the managers sees yet."""
    with audit.acting("visit_definition.drafted", by=by):
        drafted = VisitDefinition.objects.create(
            programme=programme, state=OpeningState.DRAFT, drafted_by=by, **vars(wanted)
        )
        audit.record("visit_definition.drafted", drafted, by=by, code=drafted.code)
    return drafted


def discard_visit(definition: VisitDefinition, *, by: Member) -> None:
    """Forget a draft.

    :raises CannotPublish: it is published, or discarded already
    """
    with audit.acting("visit_definition.discarded", by=by):
        locked = locked_draft(definition)
        audit.record("visit_definition.discarded", locked, by=by, code=locked.code)
        locked.delete()


def locked_draft(definition: VisitDefinition) -> VisitDefinition:
    """The programme first: inclusions and other publications wait, and read what is decided.

    :raises CannotPublish: not a draft any more
    """
    Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=definition.programme_id)
    rows = VisitDefinition.objects.select_for_update(of=("self",))
    locked = rows.filter(pk=definition.pk, state=OpeningState.DRAFT).first()
    if locked is None:
        raise CannotPublish("Ce brouillon est déjà publié ou abandonné.")
    return locked


def publish_visit(locked: VisitDefinition, *, by: Member, at: datetime) -> None:
    """Put a locked draft in force, in the place of what stood for the same inclusions."""
    same = VisitDefinition.objects.over(locked.applies_from, locked.applies_to).filter(
        programme=locked.programme_id, code=locked.code
    )
    for earlier in same.select_for_update(of=("self",)).order_by("pk"):
        _give_way(earlier, locked)
    locked.state, locked.published_by, locked.published_at = OpeningState.PUBLISHED, by, at
    locked.save(update_fields=["state", "published_by", "published_at"])


def _give_way(earlier: VisitDefinition, later: VisitDefinition) -> None:
    """What stood before goes on before the period of the new one, and after it."""
    last = earlier.applies_to
    if earlier.applies_from < later.applies_from:
        earlier.applies_to = later.applies_from - timedelta(days=1)
    else:
        earlier.state = OpeningState.WITHDRAWN
    earlier.save(update_fields=["applies_to", "state"])
    if later.applies_to is not None and (last is None or last > later.applies_to):
        _go_on(earlier, later.applies_to + timedelta(days=1), last)


def _go_on(earlier: VisitDefinition, first: date, last: date | None) -> None:
    names = ("programme", "code", "offset_months", "window_before_days", "window_after_days")
    own = ("kind", "holders", "source", "drafted_by", "published_by", "published_at")
    values = {name: getattr(earlier, name) for name in (*names, *own)}
    VisitDefinition.objects.create(
        applies_from=first, applies_to=last, state=OpeningState.PUBLISHED, **values
    )
