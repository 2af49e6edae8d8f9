"""Every change of state of a prescription. Nothing else writes these rows."""

from prescriptions.actions.drafts import (
    CannotDraft,
    accept_mention,
    adapt,
    change_draft,
    draft,
    prepare,
    renew,
    replace,
    signatories,
)
from prescriptions.actions.hooks import ON_CHANGED
from prescriptions.actions.plans import CannotPlan, give_up, plan
from prescriptions.actions.presentation import CannotPresent, mark_dispensed, present
from prescriptions.actions.signature import (
    CannotSign,
    CannotVoid,
    fingerprint,
    print_document,
    sign,
    void,
)


__all__ = [
    "ON_CHANGED",
    "CannotDraft",
    "CannotPlan",
    "CannotPresent",
    "CannotSign",
    "CannotVoid",
    "accept_mention",
    "adapt",
    "change_draft",
    "draft",
    "fingerprint",
    "give_up",
    "mark_dispensed",
    "plan",
    "prepare",
    "present",
    "print_document",
    "renew",
    "replace",
    "sign",
    "signatories",
    "void",
]
