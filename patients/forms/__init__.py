from patients.forms.correction import CorrectionForm
from patients.forms.designation import DesignationForm
from patients.forms.desk import ApartForm, RefusalForm, TransferForm
from patients.forms.eligibility import EligibilityForm
from patients.forms.exit import ExitForm
from patients.forms.identity import IdentityForm
from patients.forms.information import InformationForm
from patients.forms.nir import NirForm
from patients.forms.openings import DayForm, OpeningForm
from patients.forms.screening import NotIncludedForm
from patients.forms.start import ConfirmForm, StartForm


__all__ = [
    "ApartForm",
    "ConfirmForm",
    "CorrectionForm",
    "DayForm",
    "DesignationForm",
    "EligibilityForm",
    "ExitForm",
    "IdentityForm",
    "InformationForm",
    "NirForm",
    "NotIncludedForm",
    "OpeningForm",
    "RefusalForm",
    "StartForm",
    "TransferForm",
]
