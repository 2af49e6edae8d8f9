"""People who were seen and not included: counted, never known."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Member
from core import audit, drafts
from patients import draft
from patients.enums import AgeBand, ScreeningReason
from patients.models import NotIncluded
from programmes.models import Criterion, Indication, Programme


@dataclass(frozen=True)
class Seen:
    """What is kept of somebody who is not included."""

    programme: Programme
    age_band: AgeBand
    reason: ScreeningReason
    indication: Indication | None = None
    criterion: Criterion | None = None


def record_not_included(
    seen: Seen, *, draft_id: UUID | None = None, by: Member, at: datetime
) -> NotIncluded:
    """Count one more, and forget the draft that tells who it was."""
    with audit.acting("screening.recorded", by=by):
        kept = NotIncluded.objects.create(
            **vars(seen), site=by.site, month=by.site.local_day(at).replace(day=1)
        )
        if draft_id is not None:
            drafts.remove(by.user_id, draft.key_of(draft_id), at=at)
        audit.record("screening.recorded", by=by, reason=seen.reason)
    return kept
