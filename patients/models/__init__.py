from patients.models.consent import Consent, EligibilityAnswer, PriorTreatment
from patients.models.enrolment import Enrolment
from patients.models.nir import Nir
from patients.models.patient import Identity, IdentityIndex, Patient


__all__ = [
    "Consent",
    "EligibilityAnswer",
    "Enrolment",
    "Identity",
    "IdentityIndex",
    "Nir",
    "Patient",
    "PriorTreatment",
]
