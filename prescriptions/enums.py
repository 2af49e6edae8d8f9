from django.db import models


class PrescriptionStatus(models.TextChoices):
    """Where a prescription stands. Moves: `prescriptions.rules.TRANSITIONS`."""

    DRAFT = "DRAFT", "Brouillon"
    SIGNED = "SIGNED", "Signée"
    # Voided by the prescriber. Never deleted: the number stays used.
    VOIDED = "VOIDED", "Annulée"
