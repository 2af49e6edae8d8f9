from django.db import models


class ProgrammeState(models.TextChoices):
    DRAFT = "DRAFT", "En préparation"
    OPEN = "OPEN", "Ouvert"
    CLOSED_TO_INCLUSION = "CLOSED_TO_INCLUSION", "Fermé aux inclusions"
    SUSPENDED = "SUSPENDED", "Suspendu"
    ENDED = "ENDED", "Terminé"


class AuthorisationLevel(models.TextChoices):
    PROGRAMME = "PROGRAMME", "Programme"
    PRODUCT = "PRODUCT", "Produit"
    PATIENT = "PATIENT", "Patient"


class ParticipationBasis(models.TextChoices):
    CONSENT = "CONSENT", "Consentement"
    INFORMATION = "INFORMATION", "Information"
    INFORMATION_WITH_OBJECTION = "INFORMATION_WITH_OBJECTION", "Information, opposition possible"


class IdentityMode(models.TextChoices):
    REQUIRED = "REQUIRED", "Identité enregistrée"
    PSEUDONYM_ONLY = "PSEUDONYM_ONLY", "Pseudonyme seul"


class DispensingPlaces(models.TextChoices):
    PUI = "PUI", "PUI"
    PUI_AND_OFFICINE = "PUI_AND_OFFICINE", "PUI et officines"


class CriterionKind(models.TextChoices):
    # Must be answered yes.
    INCLUSION = "INCLUSION", "Critère d’inclusion"
    # Must be answered no.
    NON_INCLUSION = "NON_INCLUSION", "Critère de non-inclusion"
    # A yes is recorded and shown, it refuses nothing.
    PRECAUTION = "PRECAUTION", "Précaution"


class Form(models.TextChoices):
    OIL = "OIL", "Huile"
    FLOWER = "FLOWER", "Fleurs séchées"
    TABLET = "TABLET", "Comprimé"
    CAPSULE = "CAPSULE", "Capsule"


class Unit(models.TextChoices):
    """In what a dose is counted; the label is the UCUM symbol or the French word."""

    ML = "ML", "mL"
    G = "G", "g"
    UNIT = "UNIT", "unité"


class Regime(models.TextChoices):
    NARCOTIC = "NARCOTIC", "Stupéfiant"
    ORDINARY = "ORDINARY", "Liste I ou II"


class SupplyLevel(models.TextChoices):
    """What a national notice says of the supply of a medicine."""

    TENSION = "TENSION", "Tension d’approvisionnement"
    SHORTAGE = "SHORTAGE", "Rupture"
    STOPPED = "STOPPED", "Arrêt de commercialisation"


class VisitKind(models.TextChoices):
    COMPLEX = "COMPLEX", "Consultation complexe"
    SIMPLE = "SIMPLE", "Consultation simple"


class QuestionnaireStatus(models.TextChoices):
    DRAFT = "DRAFT", "En préparation"
    PUBLISHED = "PUBLISHED", "Publié"
    RETIRED = "RETIRED", "Retiré"


class QuestionKind(models.TextChoices):
    """What a question accepts; the values are those of the definitions."""

    NUMBER = "number", "Nombre"
    CHOICE = "choice", "Une réponse parmi plusieurs"
    MULTIPLE = "multiple", "Plusieurs réponses possibles"
    YES_NO = "yes_no", "Oui ou non"
    DATE = "date", "Date"
    TEXT = "text", "Texte libre"


class Missing(models.TextChoices):
    """Why a question has no answer. The four codes of data collection (ENT-11)."""

    NOT_DONE = "NOT_DONE", "Non fait"
    UNKNOWN = "UNKNOWN", "Inconnu"
    REFUSED = "REFUSED", "Refus"
    NOT_APPLICABLE = "NOT_APPLICABLE", "Non applicable"


class Comparison(models.TextChoices):
    """How the answers of two questions stand to each other; values as in the definitions."""

    AT_LEAST = "at_least", "au moins égale à"
    AT_MOST = "at_most", "au plus égale à"
    SUM_AT_LEAST = "sum_at_least", "dont la somme est au moins"
    SUM_AT_MOST = "sum_at_most", "dont la somme est au plus"


class DataClass(models.TextChoices):
    """What a retention rule is about (`security.md` 8.2)."""

    IDENTITY = "IDENTITY", "Identité, contacts, documents, textes libres"
    CLINICAL = "CLINICAL", "Données de suivi pseudonymisées"


class RetentionAnchor(models.TextChoices):
    PROGRAMME_END = "PROGRAMME_END", "Fin du programme"


class LinkKind(models.TextChoices):
    LEGAL_TEXT = "LEGAL_TEXT", "Texte"
    INFORMATION_DOCUMENT = "INFORMATION_DOCUMENT", "Document d’information"
    CONSENT_FORM = "CONSENT_FORM", "Formulaire de consentement"
    NIR_FORM = "NIR_FORM", "Formulaire d’autorisation du numéro de sécurité sociale"
    BOOKLET = "BOOKLET", "Carnet de suivi"
    PROFESSIONAL_SHEET = "PROFESSIONAL_SHEET", "Fiche pour les professionnels"
    PORTAL = "PORTAL", "Portail"


class PersonKind(models.TextChoices):
    ADULT = "ADULT", "Personne majeure"
    PROTECTED_ADULT = "PROTECTED_ADULT", "Personne majeure protégée"
    MINOR = "MINOR", "Personne mineure"


class OpeningKind(models.TextChoices):
    CEILING = "CEILING", "Plafond de la file active"
    INDICATION = "INDICATION", "Quota par indication"
    DOCTOR = "DOCTOR", "Quota par médecin"
    SITE = "SITE", "Quota par structure"
    CLOSURE = "CLOSURE", "Fermeture des inclusions"
    OPINION = "OPINION", "Publication de l’avis de la HAS"


# Kinds that count places.
LIMITS = (OpeningKind.CEILING, OpeningKind.INDICATION, OpeningKind.DOCTOR, OpeningKind.SITE)


class OpeningState(models.TextChoices):
    DRAFT = "DRAFT", "Brouillon"
    PUBLISHED = "PUBLISHED", "Publiée"
    # Superseded or ended before its first day: it never applied.
    WITHDRAWN = "WITHDRAWN", "Abandonnée"


class Recipient(models.TextChoices):
    """Whom a document is written for; empty for anybody."""

    ADULT = PersonKind.ADULT.value, PersonKind.ADULT.label
    PROTECTED_ADULT = PersonKind.PROTECTED_ADULT.value, PersonKind.PROTECTED_ADULT.label
    MINOR = PersonKind.MINOR.value, PersonKind.MINOR.label
    REPRESENTATIVE = "REPRESENTATIVE", "Titulaire de l’autorité parentale ou représentant légal"


class ConsentKind(models.TextChoices):
    # One form: participation and registration in the registry.
    PARTICIPATION = "PARTICIPATION", "Participation et inscription au registre"
    # Optional: transmission of the NIR for later research. Never blocks.
    NIR = "NIR", "Transmission du numéro de sécurité sociale pour la recherche"
    # Told of it; a refusal is an opposition, which blocks nothing.
    RESEARCH = "RESEARCH", "Réutilisation des données pour d’autres recherches"


class Licence(models.TextChoices):
    """Whether an instrument of measure may be asked."""

    FREE = "FREE", "Usage libre"
    PERMISSION = "PERMISSION", "Autorisation du titulaire nécessaire"
    TO_CHECK = "TO_CHECK", "Statut à vérifier"
