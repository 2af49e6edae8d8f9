from django.db import models

from programmes.enums import ConsentKind


__all__ = [
    "Answer",
    "Channel",
    "ConsentKind",
    "DeclineReason",
    "DesignationKind",
    "EndReason",
    "EnrolmentState",
    "LateReason",
    "NoteKind",
    "Precision",
    "ProofOrigin",
    "Quality",
    "ReplacedBecause",
    "Sex",
    "TreatmentOutcome",
    "TreatmentPlan",
]


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
    # Never chosen on a form: the import writes it.
    IMPORT = "IMPORT", "Reprise d’un ancien registre"


class Precision(models.TextChoices):
    """How much of a birth date civil status knows. A day is never made up."""

    DAY = "DAY", "Jour connu"
    MONTH = "MONTH", "Mois connu, jour inconnu"
    YEAR = "YEAR", "Année connue seulement"


class Quality(models.TextChoices):
    """In what quality somebody signs for a patient."""

    PARENT = "PARENT", "Titulaire de l’autorité parentale"
    TUTOR = "TUTOR", "Tuteur"
    CURATOR = "CURATOR", "Curateur (assiste la personne)"
    FAMILY = "FAMILY", "Personne habilitée (habilitation familiale)"
    MANDATE = "MANDATE", "Mandataire (mandat de protection future)"


class ProofOrigin(models.TextChoices):
    PAPER = "PAPER", "Papier signé, numérisé"
    SCREEN = "SCREEN", "Signé à l’écran"


class ReplacedBecause(models.TextChoices):
    """Why a certificate is made again: the former one no longer answers."""

    LOST = "LOST", "Perdue ou volée"
    DAMAGED = "DAMAGED", "Abîmée, illisible"
    CHANGED = "CHANGED", "Une mention a changé (nom, structure)"


class Channel(models.TextChoices):
    """How a document reaches somebody."""

    IN_PERSON = "IN_PERSON", "En main propre"
    POST = "POST", "Par courrier postal"
    EMAIL = "EMAIL", "Par courriel"
    PHONE = "PHONE", "Par téléphone"
    NONE = "NONE", "Ne souhaite pas être recontacté"


class DesignationKind(models.TextChoices):
    DOCTOR = "DOCTOR", "Médecin relais"
    PHARMACY = "PHARMACY", "Pharmacie"


class DeclineReason(models.TextChoices):
    NO_CAPACITY = "NO_CAPACITY", "Pas de disponibilité"
    NOT_TRAINED = "NOT_TRAINED", "Formation non faite ou non souhaitée"
    MOVED = "MOVED", "Changement d’exercice"
    UNKNOWN = "UNKNOWN", "Je ne connais pas ce patient"
    OTHER = "OTHER", "Autre"


class NoteKind(models.TextChoices):
    TITRATION = "TITRATION", "Titration"
    ALLERGIES = "ALLERGIES", "Allergies"
    TREATMENTS = "TREATMENTS", "Traitements en cours"


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


class Likeness(models.TextChoices):
    """Why two persons may be one; the label is a part of a sentence."""

    SAME_NAME = "SAME_NAME", "même nom"
    NAME_ALIKE = "NAME_ALIKE", "nom proche"
    SWAPPED_NAMES = "SWAPPED_NAMES", "nom et prénom inversés"
    SAME_DATE = "SAME_DATE", "même date de naissance"
    DATE_INCOMPLETE = "DATE_INCOMPLETE", "date de naissance compatible, incomplète"
    DATE_SWAPPED = "DATE_SWAPPED", "jour et mois de naissance inversés"
    DATE_ALIKE = "DATE_ALIKE", "date de naissance proche"
    SAME_FIRST_NAME = "SAME_FIRST_NAME", "même prénom"
    FIRST_NAME_AMONG = "FIRST_NAME_AMONG", "prénom parmi les autres prénoms"
    FIRST_NAME_ALIKE = "FIRST_NAME_ALIKE", "prénom proche"
    OTHER_FIRST_NAME = "OTHER_FIRST_NAME", "prénom différent"
    SAME_SEX = "SAME_SEX", "même sexe"
    OTHER_SEX = "OTHER_SEX", "sexe différent"
    SAME_PLACE = "SAME_PLACE", "même lieu de naissance"


class DuplicateState(models.TextChoices):
    OPEN = "OPEN", "À examiner"
    DIFFERENT = "DIFFERENT", "Deux personnes différentes"
    MERGED = "MERGED", "Dossiers réunis"


class MergeState(models.TextChoices):
    ASKED = "ASKED", "À approuver"
    DONE = "DONE", "Dossiers réunis"
    REFUSED = "REFUSED", "Refusée"
    UNDONE = "UNDONE", "Défaite"


class TransferState(models.TextChoices):
    ASKED = "ASKED", "En attente de réponse"
    ACCEPTED = "ACCEPTED", "Accepté"
    REFUSED = "REFUSED", "Refusé"
    CANCELLED = "CANCELLED", "Annulé par le demandeur"


class TransferReason(models.TextChoices):
    """Without free text: the other structure reads it before it may know who the patient is."""

    MOVED = "MOVED", "Le patient déménage"
    CLOSER = "CLOSER", "Structure plus proche du patient"
    CHOICE = "CHOICE", "Souhait du patient"
    CLOSING = "CLOSING", "La structure cesse cette activité"
    EXPERTISE = "EXPERTISE", "Compétence de l’autre structure"


class TransferRefusal(models.TextChoices):
    NO_ROOM = "NO_ROOM", "Pas de place pour ce suivi"
    INDICATION = "INDICATION", "Indication que la structure ne suit pas"
    UNAWARE = "UNAWARE", "Demande à préparer d’abord par téléphone"
    OTHER = "OTHER", "Autre"


class AgeBand(models.TextChoices):
    """Wide enough that an age says nobody. The first bound is civil majority."""

    MINOR = "0-17", "Moins de 18 ans"
    YOUNG = "18-39", "18 à 39 ans"
    MIDDLE = "40-64", "40 à 64 ans"
    OLDER = "65+", "65 ans et plus"


class ScreeningReason(models.TextChoices):
    CRITERION = "CRITERION", "Critère d’éligibilité"
    NO_TREATMENT = "NO_TREATMENT", "Aucun traitement essayé auparavant"
    REFUSED = "REFUSED", "Refus du patient"
    NOT_LISTED = "NOT_LISTED", "Structure non inscrite pour l’indication"
    NO_PLACE = "NO_PLACE", "Plus de place"
    CLOSED = "CLOSED", "Inclusions fermées"
    OTHER = "OTHER", "Autre"


class CorrectionReason(models.TextChoices):
    TYPO = "TYPO", "Faute de frappe"
    DOCUMENT = "DOCUMENT", "Pièce d’identité vue après coup"
    CIVIL_STATUS = "CIVIL_STATUS", "Changement d’état civil"
    CONTACT = "CONTACT", "Nouvelles coordonnées"
