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
from prescriptions.actions.presentation import CannotPresent, mark_dispensed, open_to, present
from prescriptions.actions.signature import (
    CannotSign,
    CannotVoid,
    fingerprint,
    print_document,
    sign,
    void,
)
from prescriptions.actions.transcription import (
    CannotTranscribe,
    Paper,
    open_by_certificate,
    transcribe,
    void_transcription,
)


__all__ = [
    "ON_CHANGED",
    "CannotDraft",
    "CannotPlan",
    "CannotPresent",
    "CannotSign",
    "CannotTranscribe",
    "CannotVoid",
    "Paper",
    "accept_mention",
    "adapt",
    "change_draft",
    "draft",
    "fingerprint",
    "give_up",
    "mark_dispensed",
    "open_by_certificate",
    "open_to",
    "plan",
    "prepare",
    "present",
    "print_document",
    "renew",
    "replace",
    "sign",
    "signatories",
    "transcribe",
    "void",
    "void_transcription",
]
