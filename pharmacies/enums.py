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


class MovementKind(models.TextChoices):
    """Why a quantity enters or leaves the narcotics register."""

    RECEIPT = "RECEIPT", "Réception"
    DISPENSATION = "DISPENSATION", "Délivrance"
    PATIENT_RETURN = "PATIENT_RETURN", "Retour d’un patient"
    SUPPLIER_RETURN = "SUPPLIER_RETURN", "Retour au fournisseur"
    SET_ASIDE = "SET_ASIDE", "Mise à part (périmé, altéré)"
    DESTRUCTION = "DESTRUCTION", "Destruction"
    LOSS = "LOSS", "Perte ou casse"
    THEFT = "THEFT", "Vol ou détournement"
    INVENTORY = "INVENTORY", "Écart d’inventaire"
    CORRECTION = "CORRECTION", "Correction"


class Shelf(models.TextChoices):
    """Where it lies: what came back or expired never returns to the stock (R. 5132-36, -37)."""

    STOCK = "STOCK", "Stock"
    SET_ASIDE = "SET_ASIDE", "À détruire"


class Medium(models.TextChoices):
    """The two supports on which a register is kept (R. 5132-36)."""

    PDF = "PDF", "PDF scellé"
    CSV = "CSV", "Fichier CSV"
