"""Every change of a visit. Nothing else writes these rows."""

from followup.actions.checks import CannotHold, Held, Once
from followup.actions.correction import Correction, correct
from followup.actions.visits import (
    CannotMiss,
    close,
    hold,
    hold_unscheduled,
    mark_not_done,
    reopen,
    schedule,
)


__all__ = [
    "CannotHold",
    "CannotMiss",
    "Correction",
    "Held",
    "Once",
    "close",
    "correct",
    "hold",
    "hold_unscheduled",
    "mark_not_done",
    "reopen",
    "schedule",
]
