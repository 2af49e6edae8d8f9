"""Every change of a participation: inclusion, certificate, consents, exit.

Nothing else writes these rows.
"""

from patients.actions.certificate import issue_certificate, try_certificate
from patients.actions.consent import representative_aad, withdraw_nir
from patients.actions.exit import CannotEnd, end, finish_weaning, mark_treated
from patients.actions.hooks import ON_ENDED, ON_INCLUDED
from patients.actions.inclusion import AlreadyFollowed, CannotInclude, include, included_before


__all__ = [
    "ON_ENDED",
    "ON_INCLUDED",
    "AlreadyFollowed",
    "CannotEnd",
    "CannotInclude",
    "end",
    "finish_weaning",
    "include",
    "included_before",
    "issue_certificate",
    "mark_treated",
    "representative_aad",
    "try_certificate",
    "withdraw_nir",
]
