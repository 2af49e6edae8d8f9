from django.db import models


class Seriousness(models.TextChoices):
    """Critères de gravité (CSP art. R. 5121-152)."""

    DEATH = "DEATH", "Décès"
    LIFE_THREATENING = "LIFE_THREATENING", "Mise en jeu du pronostic vital"
    HOSPITALISATION = "HOSPITALISATION", "Hospitalisation ou prolongation"
    DISABILITY = "DISABILITY", "Invalidité ou incapacité importantes ou durables"
    CONGENITAL = "CONGENITAL", "Anomalie ou malformation congénitale"
    OTHER = "OTHER", "Autre situation médicalement importante"


class Severity(models.TextChoices):
    """Intensité: not to be mistaken for gravity."""

    MILD = "MILD", "Légère"
    MODERATE = "MODERATE", "Modérée"
    SEVERE = "SEVERE", "Sévère"


class Outcome(models.TextChoices):
    RECOVERED = "RECOVERED", "Guéri"
    RECOVERING = "RECOVERING", "En voie de guérison"
    SEQUELAE = "SEQUELAE", "Guéri avec séquelles"
    NOT_RECOVERED = "NOT_RECOVERED", "Non guéri"
    FATAL = "FATAL", "Décès"
    UNKNOWN = "UNKNOWN", "Inconnue"


class ActionTaken(models.TextChoices):
    NONE = "NONE", "Aucune"
    DOSE_REDUCED = "DOSE_REDUCED", "Dose réduite"
    SWITCHED = "SWITCHED", "Médicament changé"
    INTERRUPTED = "INTERRUPTED", "Traitement interrompu"
    STOPPED = "STOPPED", "Traitement arrêté"


class Situation(models.TextChoices):
    """Situations particulières à signaler avec ou sans effet."""

    MISUSE = "MISUSE", "Mésusage"
    ABUSE = "ABUSE", "Abus ou dépendance"
    OVERDOSE = "OVERDOSE", "Surdosage"
    MEDICATION_ERROR = "MEDICATION_ERROR", "Erreur médicamenteuse"
    PREGNANCY = "PREGNANCY", "Exposition pendant la grossesse"
    DIVERSION = "DIVERSION", "Détournement"


class Network(models.TextChoices):
    CRPV = "CRPV", "Centre régional de pharmacovigilance"
    CEIP_A = "CEIP_A", "Centre d’addictovigilance"
