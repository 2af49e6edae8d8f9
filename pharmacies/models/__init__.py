"""What left a pharmacy, and what its register holds."""

from pharmacies.models.dispensation import Dispensation, DispensedItem, Received
from pharmacies.models.papers import Inventory, OrderSlip, RegisterCopy, RegisterMonth
from pharmacies.models.register import RegisterHead, RegisterLine


__all__ = [
    "Dispensation",
    "DispensedItem",
    "Inventory",
    "OrderSlip",
    "Received",
    "RegisterCopy",
    "RegisterHead",
    "RegisterLine",
    "RegisterMonth",
]
