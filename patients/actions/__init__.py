"""Every change of a participation: inclusion, certificate, consents, exit.

Nothing else writes these rows.
"""

from patients.actions.certificate import issue_certificate, try_certificate
from patients.actions.consent import representative_aad, withdraw_nir
from patients.actions.exit import CannotEnd, end, finish_weaning, mark_treated
from patients.actions.hooks import ON_ENDED, ON_INCLUDED
from patients.actions.inclusion import AlreadyFollowed, CannotInclude, include, included_before
from patients.actions.nir import CannotRecordNir, erase_nir, record_nir, reveal_nir


__all__ = [
    "ON_ENDED",
    "ON_INCLUDED",
    "AlreadyFollowed",
    "CannotEnd",
    "CannotInclude",
    "CannotRecordNir",
    "end",
    "erase_nir",
    "finish_weaning",
    "include",
    "included_before",
    "issue_certificate",
    "mark_treated",
    "record_nir",
    "representative_aad",
    "reveal_nir",
    "try_certificate",
    "withdraw_nir",
]
