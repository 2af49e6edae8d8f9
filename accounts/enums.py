from django.db import models


class Profession(models.TextChoices):
    DOCTOR = "DOCTOR", "Médecin"
    PHARMACIST = "PHARMACIST", "Pharmacien"
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
    PHARMACIST = "PHARMACIST", "Pharmacien"
    ANALYST = "ANALYST", "Évaluation"
    VIGILANCE_OFFICER = "VIGILANCE_OFFICER", "Vigilance"
    MANAGER = "MANAGER", "Gestion du programme"
    API_CLIENT = "API_CLIENT", "Client de l’API"


class Permission(models.TextChoices):
    """What a kind of person may do: `accounts.permissions.ROLE_PERMISSIONS`."""

    TRAINING_RECORD = "TRAINING_RECORD", "Enregistrer sa formation"
    PATIENT_VIEW = "PATIENT_VIEW", "Lire le dossier de ses patients"
    PATIENT_INCLUDE = "PATIENT_INCLUDE", "Inclure un patient"
    PATIENT_END = "PATIENT_END", "Enregistrer une sortie"
    CERTIFICATE_PRINT = "CERTIFICATE_PRINT", "Imprimer l’attestation d’inclusion"
    PRESCRIPTION_VIEW = "PRESCRIPTION_VIEW", "Lire les ordonnances"
    PRESCRIPTION_WRITE = "PRESCRIPTION_WRITE", "Prescrire"
    DISPENSATION_VIEW = "DISPENSATION_VIEW", "Lire les dispensations"
    DISPENSATION_WRITE = "DISPENSATION_WRITE", "Dispenser"
    REGISTER_KEEP = "REGISTER_KEEP", "Tenir le registre des stupéfiants"
    BULLETIN_VIEW = "BULLETIN_VIEW", "Lire les alertes aux pharmacies"
    BULLETIN_ISSUE = "BULLETIN_ISSUE", "Diffuser une alerte aux pharmacies"
    VISIT_WRITE = "VISIT_WRITE", "Saisir une consultation"
    ADVERSE_EVENT_WRITE = "ADVERSE_EVENT_WRITE", "Signaler un effet indésirable"
    ADVERSE_EVENT_VIEW = "ADVERSE_EVENT_VIEW", "Lire un effet indésirable"
    ADVERSE_EVENT_DECLARE = "ADVERSE_EVENT_DECLARE", "Enregistrer une déclaration"
    ADVERSE_EVENT_ASSESS = "ADVERSE_EVENT_ASSESS", "Évaluer les effets indésirables"
    EVALUATION_VIEW = "EVALUATION_VIEW", "Lire le tableau de bord national"
    DATA_EXPORT = "DATA_EXPORT", "Exporter les données pseudonymisées"
    STATISTICS_READ = "STATISTICS_READ", "Lire les statistiques agrégées"
    RETENTION_VIEW = "RETENTION_VIEW", "Lire le plan de conservation"
    PROGRAMME_MANAGE = "PROGRAMME_MANAGE", "Gérer le programme"
