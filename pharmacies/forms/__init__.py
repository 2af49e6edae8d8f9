"""What is typed at the counter and in the register."""

from pharmacies.forms.dispensing import (
    CodeField,
    CounterForm,
    DispensingForm,
    ExpiryField,
    ReceiveForm,
)
from pharmacies.forms.register import (
    CloseForm,
    CorrectForm,
    DayForm,
    InventoryForm,
    MovementForm,
    OrderForm,
)


__all__ = [
    "CloseForm",
    "CodeField",
    "CorrectForm",
    "CounterForm",
    "DayForm",
    "DispensingForm",
    "ExpiryField",
    "InventoryForm",
    "MovementForm",
    "OrderForm",
    "ReceiveForm",
]
