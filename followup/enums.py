from django.db import models


class VisitStatus(models.TextChoices):
    """Whether it took place. Due, overdue or missed is computed: `followup.rules.standing`."""

    PLANNED = "PLANNED", "Prévue"
    DONE = "DONE", "Réalisée"
    NOT_DONE = "NOT_DONE", "Non réalisée"
    # Closed by the exit from the programme.
    CLOSED = "CLOSED", "Sans objet"


class Timing(models.TextChoices):
    EARLY = "EARLY", "Avant la fenêtre"
    IN_WINDOW = "IN_WINDOW", "Dans la fenêtre"
    LATE = "LATE", "Après la fenêtre"
    UNSCHEDULED = "UNSCHEDULED", "Non programmée"


class DateSource(models.TextChoices):
    DEFINITION = "DEFINITION", "Calendrier du programme"
    NEXT_DATE = "NEXT_DATE", "Date donnée à la consultation précédente"
    UNSCHEDULED = "UNSCHEDULED", "Sans rendez-vous prévu"


class Decision(models.TextChoices):
    CONTINUE = "CONTINUE", "Poursuivre le traitement"
    ADAPT = "ADAPT", "Adapter la posologie ou le médicament"
    STOP = "STOP", "Arrêter le traitement"


class Mode(models.TextChoices):
    ON_SITE = "ON_SITE", "En présence"
    REMOTE = "REMOTE", "Téléconsultation"


class TimingReason(models.TextChoices):
    """Why a visit was held outside its window, or typed on another day."""

    PATIENT_AVAILABILITY = "PATIENT_AVAILABILITY", "Disponibilité du patient"
    DOCTOR_AVAILABILITY = "DOCTOR_AVAILABILITY", "Disponibilité du médecin"
    HOSPITALISATION = "HOSPITALISATION", "Hospitalisation"
    RENEWAL = "RENEWAL", "Calée sur un renouvellement"
    TYPED_LATER = "TYPED_LATER", "Saisie différée"
    OTHER = "OTHER", "Autre"
