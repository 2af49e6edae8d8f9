"""Where a prescription stands on a day."""

from datetime import date

from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription


def standing(prescription: Prescription, today: date) -> tuple[str, str]:
    """Kind of badge and words."""
    if prescription.status == Status.DRAFT:
        return "new", "Brouillon"
    if prescription.status == Status.VOIDED:
        return "", "Annulée"
    if today > prescription.ends_on:
        return "", "Terminée"
    if today < prescription.starts_on:
        return "info", "À venir"
    return "success", "En cours"
