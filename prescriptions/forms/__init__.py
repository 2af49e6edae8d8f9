"""What a prescriber types: it is checked and nothing is saved."""

from prescriptions.forms.acts import SignerForm, SignForm, VoidForm
from prescriptions.forms.paper import PaperForm
from prescriptions.forms.whole import PrescriptionForm


__all__ = ["PaperForm", "PrescriptionForm", "SignForm", "SignerForm", "VoidForm"]
