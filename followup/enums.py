from django.db import models


class VisitStatus(models.TextChoices):
    """Whether it took place. Due, overdue or missed is computed: `followup.rules.standing`."""

    PLANNED = "PLANNED", "Prévue"
    DONE = "DONE", "Réalisée"
    NOT_DONE = "NOT_DONE", "Non réalisée"
    # Closed by the exit from the programme, or because another date was given since.
    CLOSED = "CLOSED", "Sans objet"


class Timing(models.TextChoices):
    EARLY = "EARLY", "Avant la fenêtre"
    IN_WINDOW = "IN_WINDOW", "Dans la fenêtre"
    LATE = "LATE", "Après la fenêtre"
    UNSCHEDULED = "UNSCHEDULED", "Non programmée"


class DateSource(models.TextChoices):
    DEFINITION = "DEFINITION", "Calendrier du programme"
    NEXT_DATE = "NEXT_DATE", "Date donnée à la consultation précédente"
    RENEWAL = "RENEWAL", "Fin de l’ordonnance en cours"
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


class NotDoneReason(models.TextChoices):
    """Why an expected visit did not take place."""

    # Set by the registry when a later one is held.
    SUPERSEDED = "SUPERSEDED", "Une consultation plus récente a eu lieu"
    PATIENT_ABSENT = "PATIENT_ABSENT", "Patient absent"
    HOSPITALISATION = "HOSPITALISATION", "Patient hospitalisé"
    UNREACHABLE = "UNREACHABLE", "Patient injoignable"
    STRUCTURE = "STRUCTURE", "Indisponibilité de la structure"
    OTHER = "OTHER", "Autre"


class Means(models.TextChoices):
    """How somebody tried to reach a patient."""

    PHONE = "PHONE", "Appel du patient"
    MESSAGE = "MESSAGE", "Message ou courriel au patient"
    LETTER = "LETTER", "Courrier au patient"
    RELATIVE = "RELATIVE", "Appel d’un proche désigné"
    DOCTOR = "DOCTOR", "Médecin relais ou traitant"
    PHARMACY = "PHARMACY", "Pharmacie"


class Answered(models.TextChoices):
    """What came of it."""

    NOTHING = "NOTHING", "Sans réponse"
    WORD_LEFT = "WORD_LEFT", "Message laissé"
    WRONG = "WRONG", "Coordonnées fausses"
    NEWS = "NEWS", "Nouvelles données par un tiers"
    REACHED = "REACHED", "Patient joint"


class Outcome(models.TextChoices):
    """How a search ended."""

    FOUND = "FOUND", "Patient retrouvé, suivi repris"
    LOST = "LOST", "Perdu de vue, sortie enregistrée"
    LEFT = "LEFT", "Sortie enregistrée pour un autre motif"


class Rhythm(models.TextChoices):
    """How often somebody gets the digest of the visits to hold."""

    DAILY = "DAILY", "Chaque jour où une consultation est à tenir"
    WEEKLY = "WEEKLY", "Une fois par semaine"
    NEVER = "NEVER", "Jamais"


class ReminderChannel(models.TextChoices):
    """How a patient agreed to be reminded of an appointment."""

    EMAIL = "EMAIL", "Par courriel"
    SMS = "SMS", "Par SMS"
    NONE = "NONE", "Pas de rappel"


class ReminderMoment(models.TextChoices):
    """Which side of an appointment a patient is written to on: one message each at most."""

    BEFORE = "BEFORE", "Avant le rendez-vous"
    AFTER = "AFTER", "Après un rendez-vous manqué"


class ReminderState(models.TextChoices):
    WAITING = "WAITING", "À envoyer"
    # Committed before anybody is contacted: a worker killed then leaves it here, never repeated.
    SENDING = "SENDING", "Envoi en cours"
    SENT = "SENT", "Envoyé"
    DROPPED = "DROPPED", "Sans objet"
    GIVEN_UP = "GIVEN_UP", "Échec de l’envoi"
    UNSURE = "UNSURE", "Envoi incertain"


class Standing(models.TextChoices):
    """Where a visit stands on a day: computed, never stored."""

    DONE = "DONE", "Fait"
    DUE = "DUE", "À faire"
    OVERDUE = "OVERDUE", "En retard"
    UPCOMING = "UPCOMING", "À venir"
    MISSED = "MISSED", "Non réalisée"
    CLOSED = "CLOSED", "Sans objet"


class CorrectionReason(models.TextChoices):
    """Why a visit that was held is corrected. No legal list: those that trials use (GX-05)."""

    TYPING_ERROR = "TYPING_ERROR", "Erreur de saisie"
    SOURCE_CHECKED = "SOURCE_CHECKED", "Relecture du dossier médical"
    KNOWN_LATER = "KNOWN_LATER", "Information connue après la consultation"
    ASKED_BY_REVIEW = "ASKED_BY_REVIEW", "Demande du contrôle des données"
    OTHER = "OTHER", "Autre"


class DoubtReason(models.TextChoices):
    """Why an unusual answer stands. No legal list: ADR 0064."""

    CHECKED = "CHECKED", "Valeur vérifiée, exacte"
    TREATMENT = "TREATMENT", "Effet du traitement"
    DISEASE = "DISEASE", "Évolution de la maladie ou autre événement"
    MEASURE = "MEASURE", "Mesurée ou comptée autrement qu’avant"
    OTHER = "OTHER", "Autre, précisé en commentaire"


class Piece(models.TextChoices):
    """What a visit gives out, beside its data: each is opened, signed or set aside."""

    EVENT = "EVENT", "Déclaration d’effet indésirable"
    PRESCRIPTION = "PRESCRIPTION", "Ordonnance"
    PHARMACY = "PHARMACY", "Avis à la pharmacie"
    LETTER = "LETTER", "Lettre au médecin relais"
    APPOINTMENT = "APPOINTMENT", "Prochain rendez-vous"


class DismissalReason(models.TextChoices):
    """Why a piece is set aside. No legal list: ADR 0066."""

    NOT_NEEDED = "NOT_NEEDED", "Sans objet pour cette consultation"
    ELSEWHERE = "ELSEWHERE", "Fait en dehors du registre"
    PATIENT = "PATIENT", "À la demande du patient"
    LATER = "LATER", "Fait plus tard"


class LinkEnd(models.TextChoices):
    """Why the link of a patient opens nothing any more."""

    HELD = "HELD", "La consultation a eu lieu"
    REVOKED = "REVOKED", "Retiré"
    REPLACED = "REPLACED", "Remplacé par un autre"
    EXPIRED = "EXPIRED", "Expiré, ou consultation sans objet"
