"""What left a pharmacy, and what its register holds."""

from pharmacies.models.dispensation import Dispensation, DispensedItem, Received


__all__ = ["Dispensation", "DispensedItem", "Received"]
