from django.db import models


class Profession(models.TextChoices):
    DOCTOR = "DOCTOR", "Médecin"
    PHARMACIST = "PHARMACIST", "Pharmacien"
    # Three who prepare under a doctor's authority; none of them signs.
    NURSE = "NURSE", "Infirmier"
    RESEARCH = "RESEARCH", "Attaché de recherche clinique"
    RESIDENT = "RESIDENT", "Interne"
    # Works for the agency or its partners.
    AGENT = "AGENT", "Agent"
    # A program, not a person: it has a token and no password.
    PROGRAM = "PROGRAM", "Programme informatique"


class SiteKind(models.TextChoices):
    REFERENCE_CENTRE = "REFERENCE_CENTRE", "Structure de référence"
    PRACTICE = "PRACTICE", "Cabinet"
    HOSPITAL_PHARMACY = "HOSPITAL_PHARMACY", "Pharmacie à usage intérieur"
    COMMUNITY_PHARMACY = "COMMUNITY_PHARMACY", "Officine"
    AGENCY = "AGENCY", "Agence"


class Role(models.TextChoices):
    REFERENCE_DOCTOR = "REFERENCE_DOCTOR", "Médecin de structure de référence"
    RELAY_DOCTOR = "RELAY_DOCTOR", "Médecin relais"
    # Fills in at a reference structure what a doctor then reads and signs.
    PREPARER = "PREPARER", "Préparation des saisies"
    PHARMACIST = "PHARMACIST", "Pharmacien"
    ANALYST = "ANALYST", "Évaluation"
    VIGILANCE_OFFICER = "VIGILANCE_OFFICER", "Vigilance"
    MANAGER = "MANAGER", "Gestion du programme"
    # Published figures only: a directorate, a scientific committee.
    READER = "READER", "Lecture des statistiques"
    API_CLIENT = "API_CLIENT", "Client de l’API"


class Permission(models.TextChoices):
    """What a kind of person may do: `accounts.permissions.ROLE_PERMISSIONS`."""

    TRAINING_RECORD = "TRAINING_RECORD", "Enregistrer sa formation"
    PATIENT_VIEW = "PATIENT_VIEW", "Lire le dossier de ses patients"
    GLASS_BREAK = "GLASS_BREAK", "Ouvrir un dossier à titre exceptionnel"
    GLASS_REVIEW = "GLASS_REVIEW", "Prendre connaissance des accès exceptionnels"
    PATIENT_INCLUDE = "PATIENT_INCLUDE", "Inclure un patient"
    PATIENT_END = "PATIENT_END", "Enregistrer une sortie"
    IDENTITY_WRITE = "IDENTITY_WRITE", "Corriger une identité, réunir, transférer"
    MERGE_DECIDE = "MERGE_DECIDE", "Approuver une réunion de dossiers"
    CONSENT_WRITE = "CONSENT_WRITE", "Recueillir et retirer un consentement"
    DESIGNATION_ANSWER = "DESIGNATION_ANSWER", "Répondre à une désignation"
    PATIENT_RELAY = "PATIENT_RELAY", "Devenir médecin relais en présence du patient"
    LETTER_RECEIVE = "LETTER_RECEIVE", "Lire les courriers reçus"
    PATIENT_IMPORT = "PATIENT_IMPORT", "Reprendre les patients d’un ancien registre"
    CERTIFICATE_PRINT = "CERTIFICATE_PRINT", "Imprimer l’attestation d’inclusion"
    PRESCRIPTION_VIEW = "PRESCRIPTION_VIEW", "Lire les ordonnances"
    PRESCRIPTION_PREPARE = "PRESCRIPTION_PREPARE", "Préparer une ordonnance"
    PRESCRIPTION_WRITE = "PRESCRIPTION_WRITE", "Prescrire"
    DISPENSATION_VIEW = "DISPENSATION_VIEW", "Lire les dispensations"
    DISPENSATION_WRITE = "DISPENSATION_WRITE", "Dispenser"
    REGISTER_KEEP = "REGISTER_KEEP", "Tenir le registre des stupéfiants"
    BULLETIN_VIEW = "BULLETIN_VIEW", "Lire les alertes aux pharmacies"
    BULLETIN_ISSUE = "BULLETIN_ISSUE", "Diffuser une alerte aux pharmacies"
    VISIT_PREPARE = "VISIT_PREPARE", "Préparer une consultation"
    VISIT_WRITE = "VISIT_WRITE", "Saisir une consultation"
    ADVERSE_EVENT_WRITE = "ADVERSE_EVENT_WRITE", "Signaler un effet indésirable"
    ADVERSE_EVENT_VIEW = "ADVERSE_EVENT_VIEW", "Lire un effet indésirable"
    ADVERSE_EVENT_DECLARE = "ADVERSE_EVENT_DECLARE", "Enregistrer une déclaration"
    ADVERSE_EVENT_ASSESS = "ADVERSE_EVENT_ASSESS", "Évaluer les effets indésirables"
    EVALUATION_VIEW = "EVALUATION_VIEW", "Lire le tableau de bord national"
    DATA_EXPORT = "DATA_EXPORT", "Exporter les données pseudonymisées"
    STATISTICS_READ = "STATISTICS_READ", "Lire les statistiques agrégées"
    TOKEN_MANAGE = "TOKEN_MANAGE", "Créer et révoquer des jetons d’API"
    RETENTION_VIEW = "RETENTION_VIEW", "Lire le plan de conservation"
    SCREENING_VIEW = "SCREENING_VIEW", "Lire les non-inclusions"
    INCLUSION_OVERSEE = "INCLUSION_OVERSEE", "Suivre les non-inclusions et les dérogations"
    MEMBERS_MANAGE = "MEMBERS_MANAGE", "Gérer les membres d’un lieu"
    PROGRAMME_MANAGE = "PROGRAMME_MANAGE", "Gérer le programme"
    IMPORT_MANAGE = "IMPORT_MANAGE", "Importer formations et annuaires"
    LISTING_MANAGE = "LISTING_MANAGE", "Inscrire et retirer des structures"
    REFERENTS_NAME = "REFERENTS_NAME", "Désigner les référents de tous les lieux"
    SUBSTITUTE_NAME = "SUBSTITUTE_NAME", "Se faire remplacer"
    JOURNAL_READ = "JOURNAL_READ", "Lire le journal des accès"
    TRAIL_REVIEW = "TRAIL_REVIEW", "Conduire les revues de traçabilité"


class LinkKind(models.TextChoices):
    """What a link sent by mail opens."""

    INVITATION = "INVITATION", "Invitation"
    PASSWORD = "PASSWORD", "Mot de passe oublié"
    FACTOR = "FACTOR", "Nouveau second facteur"


class FactorLoss(models.TextChoices):
    """Why somebody cannot give their second factor any more."""

    LOST = "LOST", "Téléphone ou clé perdu"
    STOLEN = "STOLEN", "Téléphone ou clé volé"
    REPLACED = "REPLACED", "Téléphone ou clé remplacé ou hors d’usage"
    SUSPECTED = "SUSPECTED", "Usage par un tiers soupçonné"


class IdentityCheck(models.TextChoices):
    """How one made sure of who asks, before taking a factor away."""

    IN_PERSON = "IN_PERSON", "En présence, pièce d’identité ou carte professionnelle vue"
    VIDEO = "VIDEO", "En visioconférence, pièce d’identité ou carte professionnelle vue"
    CALL_BACK = "CALL_BACK", "Par rappel au numéro du lieu d’exercice inscrit au registre"
