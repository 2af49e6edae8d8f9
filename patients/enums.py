from django.db import models


class Sex(models.TextChoices):
    FEMALE = "F", "Féminin"
    MALE = "M", "Masculin"
    UNDETERMINED = "I", "Indéterminé"


class EnrolmentState(models.TextChoices):
    """Where a participation stands. Moves: `patients.rules.TRANSITIONS`."""

    ACTIVE = "ACTIVE", "Suivi en cours"
    # Left, but tapering goes on: prescriptions, dispensations and events stay open.
    WEANING = "WEANING", "Sevrage en cours"
    ENDED = "ENDED", "Sorti"
    # Entered by mistake, nothing dispensed.
    CANCELLED = "CANCELLED", "Annulé"


class EndReason(models.TextChoices):
    ADVERSE_EVENT = "ADVERSE_EVENT", "Effet indésirable"
    INEFFICACY = "INEFFICACY", "Inefficacité"
    DEATH = "DEATH", "Décès"
    PATIENT_CHOICE = "PATIENT_CHOICE", "Choix du patient"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", "Retrait du consentement"
    CONTRAINDICATION = "CONTRAINDICATION", "Contre-indication apparue ou grossesse"
    LOST_TO_FOLLOWUP = "LOST_TO_FOLLOWUP", "Perdu de vue"
    DOCTOR_DECISION = "DOCTOR_DECISION", "Décision médicale"
    SUPPLY = "SUPPLY", "Difficulté d’approvisionnement"
    TRANSFERRED = "TRANSFERRED", "Passage dans un autre programme"
    OTHER = "OTHER", "Autre"


class LateReason(models.TextChoices):
    """Why an inclusion is typed after its day. Its own date decides, not the day of typing."""

    SYSTEM_DOWN = "SYSTEM_DOWN", "Registre inaccessible ce jour-là"
    NO_TIME = "NO_TIME", "Pas le temps pendant la consultation"
    PAPER_LATE = "PAPER_LATE", "Documents reçus après la consultation"
    OTHER_PLACE = "OTHER_PLACE", "Consultation hors de la structure"
    CORRECTION = "CORRECTION", "Rattrapage d’une inclusion oubliée"


class Precision(models.TextChoices):
    """How much of a birth date civil status knows. A day is never made up."""

    DAY = "DAY", "Jour connu"
    MONTH = "MONTH", "Mois connu, jour inconnu"
    YEAR = "YEAR", "Année connue seulement"


class ConsentKind(models.TextChoices):
    # One form: participation and registration in the registry.
    PARTICIPATION = "PARTICIPATION", "Participation et inscription au registre"
    # Optional: transmission of the NIR for later research. Never blocks.
    NIR = "NIR", "Transmission du numéro de sécurité sociale pour la recherche"


class NirKind(models.TextChoices):
    NIR = "NIR", "Numéro de sécurité sociale"
    # First digit 3, 4, 7 or 8: a waiting number, never called a NIR.
    PROVISIONAL = "PROVISIONAL", "Numéro provisoire"


class Answer(models.TextChoices):
    YES = "YES", "Oui"
    NO = "NO", "Non"


class TreatmentOutcome(models.TextChoices):
    INSUFFICIENT = "INSUFFICIENT", "Soulagement insuffisant"
    NOT_TOLERATED = "NOT_TOLERATED", "Mal toléré"


class TreatmentPlan(models.TextChoices):
    KEPT = "KEPT", "Poursuivi"
    REDUCED = "REDUCED", "Réduit"
    REPLACED = "REPLACED", "Remplacé"
    STOPPED_BEFORE = "STOPPED_BEFORE", "Déjà arrêté"
