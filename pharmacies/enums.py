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


class Kept(models.TextChoices):
    """What a pharmacy keeps for years, on two supports."""

    REGISTER = "REGISTER", "Registre des stupéfiants"
    COPIES = "COPIES", "Copies des ordonnances délivrées"


class UndoReason(models.TextChoices):
    """Why a dispensation that was written never counted."""

    NOT_COLLECTED = "NOT_COLLECTED", "Rien n’a été remis"
    WRONG_BATCH = "WRONG_BATCH", "Lot, quantité ou jours mal saisis"
    WRONG_PAPER = "WRONG_PAPER", "Mauvaise ordonnance"
    TWICE = "TWICE", "Saisie en double"


class WithdrawalReason(models.TextChoices):
    """Why a day of presentation that was recorded never counted."""

    WRONG_DAY = "WRONG_DAY", "Jour mal saisi"
    # Not presented at all: there is no right day.
    OTHER_PAPER = "OTHER_PAPER", "Mauvaise ordonnance ouverte"
    NOT_ORDERED = "NOT_ORDERED", "Rien de commandé, le patient est reparti avec l’ordonnance"


class BrokenRule(models.TextChoices):
    """A rule that a dispensation already made did not follow: told, never refused."""

    NOT_ALLOWED = "NOT_ALLOWED", "Pharmacie, pharmacien ou patient non admis ce jour-là"
    TOO_MUCH = "TOO_MUCH", "Plus que ce qui était dû"
    EXPIRED = "EXPIRED", "Lot périmé le jour de la remise"
    EARLY = "EARLY", "Avant la date d’ouverture, sans motif"
    OTHER_PLACE = "OTHER_PLACE", "Autre pharmacie que celle choisie, sans motif"
    OVERLAP = "OVERLAP", "Chevauchement sans mention expresse, sans motif"


class InterventionKind(models.TextChoices):
    INTERVENTION = "INTERVENTION", "Intervention"
    REFUSAL = "REFUSAL", "Refus de dispenser"


class InterventionReason(models.TextChoices):
    """Why the pharmacist writes to the prescriber."""

    INTERACTION = "INTERACTION", "Interaction médicamenteuse"
    CONTRAINDICATION = "CONTRAINDICATION", "Contre-indication"
    DOSE = "DOSE", "Dose ou durée inhabituelle"
    FORM = "FORM", "Ordonnance non conforme (mention, toutes lettres, durée)"
    OVERLAP = "OVERLAP", "Chevauchement sans mention"
    NO_STOCK = "NO_STOCK", "Médicament indisponible"
    DOUBT = "DOUBT", "Doute sur l’authenticité"
    PATIENT = "PATIENT", "État ou demande du patient"
    OTHER = "OTHER", "Autre motif"


class BulletinKind(models.TextChoices):
    RECALL = "RECALL", "Rappel de lot"
    FORGERY = "FORGERY", "Ordonnances volées ou falsifiées"


class Waits(models.TextChoices):
    """What somebody must answer, and after how long others are told."""

    NOTICE = "NOTICE", "Annonce à la pharmacie sans réponse"
    BULLETIN = "BULLETIN", "Alerte sans accusé de réception"
    INTERVENTION = "INTERVENTION", "Intervention du pharmacien non lue"


class NoticeAnswer(models.TextChoices):
    """What the pharmacy answers to an announcement."""

    IN_STOCK = "IN_STOCK", "En stock"
    ORDERED = "ORDERED", "Commandé"
    CANNOT = "CANNOT", "Impossible"
