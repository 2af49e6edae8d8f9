from django.db import models


class Todo(models.IntegerChoices):
    """What a patient waits for, in the order of the list."""

    RENEWAL = 0, "Renouvellement à faire"
    VISIT = 1, "Consultation attendue"
    LATER = 2, "Rien à faire aujourd’hui"
    NOTHING = 3, "Sorti"


class Shown(models.TextChoices):
    FOLLOWED = "suivis", "Suivis"
    LEFT = "sortis", "Sortis"
    ALL = "tous", "Tous"


class Fact(models.TextChoices):
    """What a line of history tells of."""

    INCLUSION = "INCLUSION", "Inclusion et identité"
    VISIT = "VISIT", "Consultations"
    PRESCRIPTION = "PRESCRIPTION", "Ordonnances"
    DISPENSATION = "DISPENSATION", "Dispensations"
    EVENT = "EVENT", "Effets indésirables"


class Operation(models.TextChoices):
    """What became of a row; values are those of django-pghistory's labels, in upper case."""

    INSERT = "INSERT", "Création"
    UPDATE = "UPDATE", "Modification"
    DELETE = "DELETE", "Suppression"


class ReviewKind(models.TextChoices):
    """Ready reviews of the trail (AUD-07)."""

    LATE_ENTRIES = "LATE_ENTRIES", "Saisies tardives"
    CHANGED_AFTER = "CHANGED_AFTER", "Valeurs changées après validation"
    REPEATED_CHANGES = "REPEATED_CHANGES", "Corrections répétées"
    NIGHT_ACTIVITY = "NIGHT_ACTIVITY", "Activité de nuit"
    MASS_READING = "MASS_READING", "Lectures en nombre"
