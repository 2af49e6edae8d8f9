from patients.forms.consent import (
    ChannelForm,
    ConsentForm,
    InformForm,
    PaperForm,
    WithdrawalForm,
)
from patients.forms.correction import CorrectionForm
from patients.forms.designation import (
    DeclineForm,
    DesignationForm,
    InviteForm,
    JoinForm,
    NoteForm,
)
from patients.forms.desk import ApartForm, RefusalForm, TransferForm
from patients.forms.eligibility import EligibilityForm
from patients.forms.exit import ExitForm, ReopenForm, ReplaceForm
from patients.forms.glass import GlassForm
from patients.forms.identity import IdentityForm
from patients.forms.information import InformationForm
from patients.forms.nir import NirForm
from patients.forms.openings import DayForm, OpeningForm
from patients.forms.screening import NotIncludedForm
from patients.forms.start import ConfirmForm, StartForm


__all__ = [
    "ApartForm",
    "ChannelForm",
    "ConfirmForm",
    "ConsentForm",
    "CorrectionForm",
    "DayForm",
    "DeclineForm",
    "DesignationForm",
    "EligibilityForm",
    "ExitForm",
    "GlassForm",
    "IdentityForm",
    "InformForm",
    "InformationForm",
    "InviteForm",
    "JoinForm",
    "NirForm",
    "NotIncludedForm",
    "NoteForm",
    "OpeningForm",
    "PaperForm",
    "RefusalForm",
    "ReopenForm",
    "ReplaceForm",
    "StartForm",
    "TransferForm",
    "WithdrawalForm",
]
