from patients.models.consent import Consent, EligibilityAnswer, PriorTreatment
from patients.models.designation import Designation, Invitation
from patients.models.enrolment import Enrolment
from patients.models.glass import BrokenGlass
from patients.models.handover import ContactChoice, Handover
from patients.models.likeness import PossibleDuplicate
from patients.models.merge import Merge
from patients.models.nir import Nir
from patients.models.note import SharedNote
from patients.models.patient import Identity, IdentityIndex, Patient
from patients.models.proof import ConsentProof
from patients.models.reopening import Reopening
from patients.models.screening import Derogation, NotIncluded
from patients.models.takeover import TakenOver, TakeoverFile
from patients.models.transfer import Transfer


__all__ = [
    "BrokenGlass",
    "Consent",
    "ConsentProof",
    "ContactChoice",
    "Derogation",
    "Designation",
    "EligibilityAnswer",
    "Enrolment",
    "Handover",
    "Identity",
    "IdentityIndex",
    "Invitation",
    "Merge",
    "Nir",
    "NotIncluded",
    "Patient",
    "PossibleDuplicate",
    "PriorTreatment",
    "Reopening",
    "SharedNote",
    "TakenOver",
    "TakeoverFile",
    "Transfer",
]
