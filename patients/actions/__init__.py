"""Every change of a participation: inclusion, certificate, consents, exit.

Nothing else writes these rows.
"""

from patients.actions.certificate import (
    issue_certificate,
    replace_certificate,
    try_certificate,
)
from patients.actions.consent import (
    CannotConsent,
    add_paper,
    choose_channel,
    give,
    hand_over,
    inform,
    representative_aad,
    withdraw,
    without_proof,
)
from patients.actions.designation import (
    CannotDesignate,
    become_relay,
    decline,
    designate,
    give_up_invitation,
    invite,
    resolve_invitation,
    write_note,
)
from patients.actions.duplicates import CannotDecide, tell_apart
from patients.actions.exit import CannotEnd, end, finish_weaning, mark_treated, reopen
from patients.actions.hooks import ON_ENDED, ON_INCLUDED, ON_REOPENED, ON_TAKEN_OVER
from patients.actions.identity import CannotCorrect, correct_identity
from patients.actions.inclusion import include, included_before
from patients.actions.merges import approve_merge, ask_merge, refuse_merge, undo_merge
from patients.actions.nir import CannotRecordNir, erase_nir, record_nir, reveal_nir
from patients.actions.participation import AlreadyFollowed, CannotInclude
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
    "ON_REOPENED",
    "ON_TAKEN_OVER",
    "AlreadyFollowed",
    "CannotConsent",
    "CannotCorrect",
    "CannotDecide",
    "CannotDesignate",
    "CannotEnd",
    "CannotInclude",
    "CannotRecordNir",
    "CannotTransfer",
    "Seen",
    "accept_transfer",
    "add_paper",
    "approve_merge",
    "ask_merge",
    "ask_transfer",
    "become_relay",
    "cancel_transfer",
    "choose_channel",
    "correct_identity",
    "decline",
    "designate",
    "end",
    "erase_nir",
    "finish_weaning",
    "give",
    "give_up_invitation",
    "hand_over",
    "include",
    "included_before",
    "inform",
    "invite",
    "issue_certificate",
    "mark_treated",
    "record_nir",
    "record_not_included",
    "refuse_merge",
    "refuse_transfer",
    "reopen",
    "replace_certificate",
    "representative_aad",
    "resolve_invitation",
    "reveal_nir",
    "tell_apart",
    "try_certificate",
    "undo_merge",
    "withdraw",
    "without_proof",
    "write_note",
]
