"""Every change of a participation: inclusion, certificate, consents, exit.

Nothing else writes these rows.
"""

from patients.actions.certificate import issue_certificate, try_certificate
from patients.actions.consent import representative_aad, withdraw_nir
from patients.actions.duplicates import CannotDecide, tell_apart
from patients.actions.exit import CannotEnd, end, finish_weaning, mark_treated
from patients.actions.hooks import ON_ENDED, ON_INCLUDED
from patients.actions.identity import CannotCorrect, correct_identity
from patients.actions.inclusion import AlreadyFollowed, CannotInclude, include, included_before
from patients.actions.merges import approve_merge, ask_merge, refuse_merge, undo_merge
from patients.actions.nir import CannotRecordNir, erase_nir, record_nir, reveal_nir
from patients.actions.screening import Seen, record_not_included
from patients.actions.transfers import (
    CannotTransfer,
    accept_transfer,
    ask_transfer,
    cancel_transfer,
    refuse_transfer,
)


__all__ = [
    "ON_ENDED",
    "ON_INCLUDED",
    "AlreadyFollowed",
    "CannotCorrect",
    "CannotDecide",
    "CannotEnd",
    "CannotInclude",
    "CannotRecordNir",
    "CannotTransfer",
    "Seen",
    "accept_transfer",
    "approve_merge",
    "ask_merge",
    "ask_transfer",
    "cancel_transfer",
    "correct_identity",
    "end",
    "erase_nir",
    "finish_weaning",
    "include",
    "included_before",
    "issue_certificate",
    "mark_treated",
    "record_nir",
    "record_not_included",
    "refuse_merge",
    "refuse_transfer",
    "representative_aad",
    "reveal_nir",
    "tell_apart",
    "try_certificate",
    "undo_merge",
    "withdraw_nir",
]
