"""What is typed at the counter and in the register."""

from pharmacies.forms.answers import (
    BulletinForm,
    CorrectPresentationForm,
    InterventionForm,
    UndoForm,
)
from pharmacies.forms.dispensing import (
    CertificateForm,
    CodeField,
    CounterForm,
    DispensingForm,
    ExpiryField,
    LateForm,
    ReceiveForm,
)
from pharmacies.forms.history import DaysForm
from pharmacies.forms.register import (
    CloseForm,
    CorrectForm,
    DayForm,
    InventoryForm,
    MovementForm,
    OrderForm,
)


__all__ = [
    "BulletinForm",
    "CertificateForm",
    "CloseForm",
    "CodeField",
    "CorrectForm",
    "CorrectPresentationForm",
    "CounterForm",
    "DayForm",
    "DaysForm",
    "DispensingForm",
    "ExpiryField",
    "InterventionForm",
    "InventoryForm",
    "LateForm",
    "MovementForm",
    "OrderForm",
    "ReceiveForm",
    "UndoForm",
]
