from patients.models.consent import Consent, EligibilityAnswer, PriorTreatment
from patients.models.enrolment import Enrolment
from patients.models.likeness import PossibleDuplicate
from patients.models.merge import Merge
from patients.models.nir import Nir
from patients.models.patient import Identity, IdentityIndex, Patient
from patients.models.screening import Derogation, NotIncluded
from patients.models.transfer import Transfer


__all__ = [
    "Consent",
    "Derogation",
    "EligibilityAnswer",
    "Enrolment",
    "Identity",
    "IdentityIndex",
    "Merge",
    "Nir",
    "NotIncluded",
    "Patient",
    "PossibleDuplicate",
    "PriorTreatment",
    "Transfer",
]
