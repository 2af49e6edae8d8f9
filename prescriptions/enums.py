from django.db import models


class PrescriptionStatus(models.TextChoices):
    """Where a prescription stands. Moves: `prescriptions.rules.TRANSITIONS`."""

    DRAFT = "DRAFT", "Brouillon"
    SIGNED = "SIGNED", "Signée"
    # Voided by the prescriber. Never deleted: the number stays used.
    VOIDED = "VOIDED", "Annulée"


class VoidReason(models.TextChoices):
    TYPING_ERROR = "TYPING_ERROR", "Erreur de saisie"
    REPLACED = "REPLACED", "Remplacée par une autre ordonnance"
    TREATMENT_CHANGED = "TREATMENT_CHANGED", "Traitement modifié ou arrêté"
    ADVERSE_EVENT = "ADVERSE_EVENT", "Effet indésirable"
    PATIENT_CHOICE = "PATIENT_CHOICE", "Choix du patient"
    LOST_OR_STOLEN = "LOST_OR_STOLEN", "Ordonnance perdue ou volée"
    # A draft that was never signed.
    ABANDONED = "ABANDONED", "Brouillon abandonné"


class PaperFlag(models.TextChoices):
    """What a paper without a code shows once transcribed: told, never refused. ADR 0047."""

    OVERLAP = "OVERLAP", "Chevauche une période du même prescripteur, sans mention expresse"
    OTHER_OVERLAP = "OTHER_OVERLAP", "Chevauche l’ordonnance d’un autre prescripteur"
    OUTSIDE = "OUTSIDE", "Prescripteur sans compte : sa formation n’est pas vérifiée"
    NOT_ENTITLED = "NOT_ENTITLED", "Formation du prescripteur non valable à la date du papier"
    INITIATION = "INITIATION", "Première prescription, par un médecin d’une autre structure"


class Level(models.TextChoices):
    OK = "OK", "Conforme"
    # Shown; a reason is asked when `Alert.needs_reason`, nothing is refused.
    WARNING = "WARNING", "À vérifier"
    REFUSAL = "REFUSAL", "Impossible"


class AlertCode(models.TextChoices):
    """What an alert is about: kept with the reason given to pass it."""

    RIGHT = "RIGHT", "Droit de prescrire"
    ENROLMENT = "ENROLMENT", "Participation"
    PRODUCT = "PRODUCT", "Médicament"
    DURATION = "DURATION", "Durée"
    DATES = "DATES", "Dates"
    MENTION = "MENTION", "Mention de chevauchement"
    OTHER_PRESCRIBER = "OTHER_PRESCRIBER", "Autre prescripteur"
    THC_DISCOURAGED = "THC_DISCOURAGED", "THC déconseillé"
    THC_DAILY = "THC_DAILY", "THC par jour"
    DOSE_JUMP = "DOSE_JUMP", "Augmentation de la dose"
    DRIVING = "DRIVING", "Conduite"
    PACKS = "PACKS", "Conditionnements"
    INTERACTION = "INTERACTION", "Interaction"
    SUPPLY = "SUPPLY", "Approvisionnement"
    DEVICE = "DEVICE", "Vaporisateur"


class Cannabinoid(models.TextChoices):
    """Which part of a medicine an interaction is about."""

    ANY = "ANY", "THC ou CBD"
    THC = "THC", "THC"
    CBD = "CBD", "CBD"


class PlanKind(models.TextChoices):
    """Which way the steps of a plan go."""

    TITRATION = "TITRATION", "Titration"
    WEANING = "WEANING", "Sevrage"


class Threshold(models.TextChoices):
    """Which figure of `AlertThreshold`; its unit is in the label."""

    THC_DAILY_MG = "THC_DAILY_MG", "THC par jour (mg)"
    DOSE_JUMP_FACTOR = "DOSE_JUMP_FACTOR", "Augmentation de la dose (facteur)"
