from django.db import models


class OverrideReason(models.TextChoices):
    """Why a pharmacist passed a warning the law leaves to them."""

    OTHER_PHARMACY = "OTHER_PHARMACY", "La pharmacie choisie ne peut pas servir"
    PATIENT_TRAVELS = "PATIENT_TRAVELS", "Départ en voyage du patient"
    LOST_OR_BROKEN = "LOST_OR_BROKEN", "Flacon perdu ou cassé"
    PRESCRIBER_CALLED = "PRESCRIBER_CALLED", "Accord du prescripteur joint par téléphone"
    OTHER = "OTHER", "Autre motif"


class BearerKind(models.TextChoices):
    PATIENT = "PATIENT", "Le patient"
    CARER = "CARER", "Un proche ou un aidant"
