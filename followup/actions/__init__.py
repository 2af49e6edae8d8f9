"""Every change of a visit. Nothing else writes these rows."""

from followup.actions.calendar import close, close_before, reopen, schedule
from followup.actions.checks import CannotHold, Held, Once
from followup.actions.closing import CannotClose, dismiss, read_letter, write_letter
from followup.actions.correction import Correction, correct
from followup.actions.preferences import (
    CannotChoose,
    choose_reminder,
    choose_rhythm,
    feed_digest,
    mark_read,
    open_feed,
    revoke_feed,
)
from followup.actions.renewals import follow_prescriptions, plan_missing_renewal
from followup.actions.searches import CannotSearch, Tried, end_with_exit, find, record_attempt
from followup.actions.visits import (
    CannotMiss,
    hold,
    hold_unscheduled,
    mark_not_done,
)


__all__ = [
    "CannotChoose",
    "CannotClose",
    "CannotHold",
    "CannotMiss",
    "CannotSearch",
    "Correction",
    "Held",
    "Once",
    "Tried",
    "choose_reminder",
    "choose_rhythm",
    "close",
    "close_before",
    "correct",
    "dismiss",
    "end_with_exit",
    "feed_digest",
    "find",
    "follow_prescriptions",
    "hold",
    "hold_unscheduled",
    "mark_not_done",
    "mark_read",
    "open_feed",
    "plan_missing_renewal",
    "read_letter",
    "record_attempt",
    "reopen",
    "revoke_feed",
    "schedule",
    "write_letter",
]
