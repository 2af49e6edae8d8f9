from training.actions.certificates import issue_certificate
from training.actions.claims import LEARNERS, CannotRecord, Claim, record
from training.actions.courses import CannotComplete, attest, finish_chapter, submit
from training.actions.reminders import remind


__all__ = [
    "LEARNERS",
    "CannotComplete",
    "CannotRecord",
    "Claim",
    "attest",
    "finish_chapter",
    "issue_certificate",
    "record",
    "remind",
    "submit",
]
