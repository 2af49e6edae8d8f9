"""What left a pharmacy, and what its register holds."""

from pharmacies.models.bulletin import Acknowledgement, Bulletin
from pharmacies.models.delay import Delay
from pharmacies.models.dispensation import Dispensation, DispensedItem, Received, Undone
from pharmacies.models.intervention import Intervention
from pharmacies.models.keeping import KeepingTime
from pharmacies.models.notice import Notice
from pharmacies.models.papers import Inventory, OrderSlip, RegisterCopy, RegisterMonth
from pharmacies.models.register import RegisterHead, RegisterLine
from pharmacies.models.supply_end import SupplyEnd


__all__ = [
    "Acknowledgement",
    "Bulletin",
    "Delay",
    "Dispensation",
    "DispensedItem",
    "Intervention",
    "Inventory",
    "KeepingTime",
    "Notice",
    "OrderSlip",
    "Received",
    "RegisterCopy",
    "RegisterHead",
    "RegisterLine",
    "RegisterMonth",
    "SupplyEnd",
    "Undone",
]
