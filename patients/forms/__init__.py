from patients.forms.designation import DesignationForm
from patients.forms.eligibility import EligibilityForm
from patients.forms.exit import ExitForm
from patients.forms.identity import IdentityForm
from patients.forms.information import InformationForm
from patients.forms.nir import NirForm
from patients.forms.start import ConfirmForm, StartForm


__all__ = [
    "ConfirmForm",
    "DesignationForm",
    "EligibilityForm",
    "ExitForm",
    "IdentityForm",
    "InformationForm",
    "NirForm",
    "StartForm",
]
