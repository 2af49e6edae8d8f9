"""What was done, why, and on which column, in French words."""

from collections.abc import Mapping

from accounts.enums import Permission, Role
from followup.enums import CorrectionReason, NotDoneReason
from patients.enums import CorrectionReason as IdentityReason
from patients.enums import EndReason, ScreeningReason, TransferReason, TransferRefusal
from pharmacies.enums import OverrideReason, UndoReason, WithdrawalReason
from prescriptions.enums import VoidReason
from record import followup_words, waiting_words
from record.enums import ReviewKind


# Actions of the journal and of history. One that is missing fails `tests/record/test_words.py`.
ACTIONS: dict[str, str] = {
    **followup_words.ACTIONS,
    **waiting_words.ACTIONS,
    # Signing in.
    "sign_in.password_ok": "Mot de passe accepté",
    "sign_in.password_refused": "Mot de passe refusé",
    "sign_in.throttled": "Trop d’essais de mot de passe",
    "second_factor.ok": "Connexion",
    "second_factor.refused": "Second facteur refusé",
    "second_factor.throttled": "Trop d’essais du second facteur",
    "second_factor.enrolled": "Second facteur enregistré",
    "backup_codes.made": "Codes de secours renouvelés",
    "session.expired": "Session arrivée à son terme",
    "signed_out": "Déconnexion",
    "password.changed": "Mot de passe changé",
    "signature.proved": "Identité prouvée pour signer",
    "signature.refused": "Signature refusée",
    "signature.throttled": "Trop d’essais de signature",
    "sign_in.passkey_ok": "Clé d’accès acceptée",
    "sign_in.psc_ok": "Connexion par Pro Santé Connect",
    "sign_in.psc_required": "Autre connexion que Pro Santé Connect refusée",
    "passkey.ok": "Clé d’accès acceptée",
    "psc.refused": "Connexion par Pro Santé Connect refusée",
    "psc.logout_refused": "Déconnexion de Pro Santé Connect refusée",
    "identity.linked": "Compte lié à Pro Santé Connect",
    "situation.chosen": "Situation d’exercice choisie",
    "situation.other_place": "Autre lieu d’exercice déclaré",
    "session.closed": "Session fermée",
    "session.ended_by_provider": "Session fermée par Pro Santé Connect",
    "password.asked": "Nouveau mot de passe demandé",
    "second_factor.removed": "Second facteur retiré",
    "factors.reset": "Seconds facteurs retirés par un administrateur",
    # Accounts and rights.
    "account.opened": "Compte ouvert",
    "account.closed": "Compte fermé",
    "role.given": "Rôle donné",
    "role.ended": "Rôle retiré",
    "role.chosen": "Rôle choisi",
    "referent.named": "Référent désigné",
    "referent.withdrawn": "Charge de référent retirée",
    "account.searched": "Recherche d’un compte",
    "account.suspension_announced": "Suspension du compte annoncée",
    "account.suspended": "Compte suspendu",
    "account.reopened": "Compte rouvert",
    "substitution.named": "Remplaçant désigné",
    "substitution.stopped": "Remplacement arrêté",
    "rights.reviewed": "Revue des droits signée",
    "access.refused": "Accès refusé",
    "api.refused": "Accès à l’API refusé",
    "api_token.issued": "Jeton d’API émis",
    "api_token.revoked": "Jeton d’API révoqué",
    "account.invited": "Invitation envoyée",
    # Training.
    "training.completed": "Formation enregistrée",
    "training.refused": "Formation refusée",
    "training.attempted": "Questionnaire de formation rendu",
    "training.chapter_done": "Chapitre de formation terminé",
    "training.certificate_issued": "Attestation de formation établie",
    "training.certificate_read": "Attestation de formation lue",
    "import.sent": "Fichier à importer envoyé",
    "import.confirmed": "Import confirmé",
    "import.abandoned": "Import abandonné",
    "import.problems_exported": "Anomalies d’un import exportées",
    # Programme.
    "site.opened": "Lieu ouvert",
    "listing.made": "Structure inscrite",
    "listing.ended": "Inscription d’une structure terminée",
    "product.added": "Médicament ajouté",
    "product.changed": "Médicament modifié",
    "product.regime_set": "Régime d’un médicament changé",
    "product.pack_added": "Conditionnement ajouté",
    "product.pack_ended": "Conditionnement retiré",
    "product.notice_published": "Avis sur un médicament publié",
    "product.notice_lifted": "Avis sur un médicament levé",
    "opening.drafted": "Ouverture préparée",
    "opening.published": "Ouverture publiée",
    "opening.discarded": "Ouverture abandonnée",
    "opening.ended": "Ouverture terminée",
    # Breaking the glass.
    "glass.searched": "Recherche d’un patient hors de son périmètre",
    "glass.throttled": "Trop de recherches hors de son périmètre",
    "glass.broken": "Accès exceptionnel ouvert",
    "glass.acknowledged": "Accès exceptionnel vu par le référent",
    "glass.told": "Accès exceptionnel signalé",
    # Inclusion.
    "patient.viewed": "Dossier ouvert",
    "patient.searched": "Recherche d’un patient",
    "patient.included": "Inclusion du patient",
    "inclusion.refused": "Inclusion refusée",
    "identity.completed": "Identité complétée",
    "identity.erased": "Identité effacée",
    "identity.corrected": "Identité corrigée",
    "identity.compared": "Recherche de personnes semblables",
    "identity.homonym": "Homonyme admis",
    "nir.recorded": "Numéro de sécurité sociale enregistré",
    "nir.refused": "Numéro de sécurité sociale refusé",
    "nir.revealed": "Numéro de sécurité sociale affiché",
    "nir.erased": "Numéro de sécurité sociale effacé",
    "duplicate.noted": "Doublon possible signalé",
    "duplicate.told_apart": "Doublon possible écarté",
    "merge.asked": "Réunion de dossiers demandée",
    "merge.approved": "Réunion de dossiers approuvée",
    "merge.refused": "Réunion de dossiers refusée",
    "merge.undone": "Réunion de dossiers défaite",
    "transfer.asked": "Transfert demandé",
    "transfer.accepted": "Transfert accepté",
    "transfer.refused": "Transfert refusé",
    "transfer.cancelled": "Transfert annulé",
    "takeover.sent": "Fichier d’un ancien registre envoyé",
    "takeover.confirmed": "Ancien registre repris",
    "takeover.abandoned": "Reprise d’un ancien registre abandonnée",
    "takeover.problems_exported": "Erreurs d’une reprise exportées",
    "patient.taken_over": "Patient repris d’un ancien registre",
    "screening.recorded": "Non-inclusion consignée",
    "screening.exported": "Non-inclusions exportées",
    "certificate.issued": "Attestation d’inclusion établie",
    "certificate.printed": "Attestation d’inclusion délivrée",
    "consent.withdrawn": "Consentement retiré",
    "enrolment.ended": "Sortie enregistrée",
    "enrolment.weaned": "Sevrage terminé",
    "participation.erased": "Participation effacée",
    "booklet.printed": "Carnet de suivi imprimé",
    "travel.prepared": "Certificat de transport préparé",
    "certificate.replaced": "Attestation d’inclusion remplacée",
    "consent.given": "Consentement donné",
    "consent.proved": "Preuve de consentement déposée",
    "consent.proof_read": "Preuve de consentement lue",
    "patient.informed": "Patient informé",
    "patient.channel_chosen": "Moyen de contact choisi",
    "designation.invited": "Désignation proposée",
    "designation.accepted": "Désignation acceptée",
    "designation.declined": "Désignation refusée",
    "designation.changed": "Désignation changée",
    "designation.given_up": "Désignation abandonnée",
    "enrolment.reopened": "Sortie annulée",
    "note.written": "Note écrite",
    "document.bearer_checked": "Porteur d’un document vérifié",
    # Prescription.
    "prescription.drafted": "Ordonnance commencée",
    "prescription.prepared": "Ordonnance préparée",
    "queue.viewed": "Saisies à signer lues",
    "prescription.changed": "Brouillon d’ordonnance modifié",
    "prescription.mention_accepted": "Mention de chevauchement acceptée",
    "prescription.signed": "Ordonnance signée",
    "prescription.refused": "Signature d’ordonnance refusée",
    "prescription.printed": "Ordonnance imprimée",
    "prescription.read": "Ordonnance lue",
    "prescription.voided": "Ordonnance annulée",
    "plan.written": "Plan de traitement écrit",
    "plan.read": "Plan de traitement lu",
    "plan.given_up": "Plan de traitement abandonné",
    # Dispensing.
    "presentation.refused": "Code d’ordonnance refusé",
    "presentation.throttled": "Trop d’essais de code d’ordonnance",
    "prescription.presented": "Ordonnance ouverte par un pharmacien",
    "certificate.presented": "Attestation présentée à la pharmacie",
    "certificate.read": "Patient ouvert par son attestation",
    "prescription.transcribed": "Ordonnance papier transcrite",
    "prescription.received": "Ordonnance présentée à la pharmacie",
    "presentation.withdrawn": "Jour de présentation annulé",
    "prescription.dispensed": "Première délivrance",
    "dispensation.sheet_viewed": "Fiche de dispensation lue",
    "dispensation.viewed": "Dispensation lue",
    "dispensation.recorded": "Dispensation enregistrée",
    "dispensation.refused": "Dispensation refusée",
    "dispensation.recorded_late": "Dispensation enregistrée après coup",
    "dispensation.undone": "Dispensation annulée",
    "dispensation.intervention": "Intervention pharmaceutique",
    "dispensation.intervention_read": "Intervention pharmaceutique lue",
    "dispensation.intervention_escalated": "Intervention non lue signalée",
    "prescription.announcement_escalated": "Annonce sans réponse signalée",
    "bulletin.escalated": "Alerte relancée",
    "compensation.statement": "État de compensation établi",
    "register.entered": "Entrée au registre des stupéfiants",
    "register.ordered": "Commande de stupéfiants",
    "register.corrected": "Registre des stupéfiants corrigé",
    "register.inventory": "Inventaire des stupéfiants",
    "register.month_closed": "Balance mensuelle arrêtée",
    "register.month_printed": "Balance mensuelle imprimée",
    "register.copied": "Copie du registre des stupéfiants",
    "bulletin.issued": "Alerte envoyée aux pharmacies",
    "bulletin.acknowledged": "Alerte vue par une pharmacie",
    "prescription.announced": "Ordonnance annoncée à la pharmacie",
    "prescription.announcement_answered": "Réponse de la pharmacie à une annonce",
    "supply.gaps_viewed": "Liste des ruptures lue",
    "bulletin.patients_viewed": "Patients d’une alerte lus",
    # Evaluation.
    "data.export_asked": "Export de données demandé",
    "data.exported": "Export de données",
    "statistics.released": "Statistiques publiées",
    # Trail.
    "history.exported": "Historique exporté",
    "accesses.viewed": "Liste des accès lue",
    "accesses.printed": "Liste des accès imprimée",
    "journal.searched": "Recherche dans le journal",
    "journal.exported": "Journal exporté",
    "journal.verified": "Journal vérifié",
    "journal.fault": "Journal altéré",
    "review.listed": "Revue de traçabilité lue",
    "review.signed": "Revue de traçabilité signée",
    # Retention.
    "purge.started": "Effacement commencé",
    "purge.erased": "Données effacées",
    "purge.finished": "Effacement terminé",
    "erased": "Ligne effacée à son échéance",
    # Loading.
    "cohort.loaded": "Reprise des données",
}

_REASONS: dict[str, str] = {
    str(value): str(label)
    for choices in (
        EndReason,
        NotDoneReason,
        VoidReason,
        OverrideReason,
        UndoReason,
        WithdrawalReason,
        CorrectionReason,
        IdentityReason,
        ScreeningReason,
        TransferReason,
        TransferRefusal,
        ReviewKind,
    )
    for value, label in choices.choices
} | {"alerts passed": "Alertes passées outre"}

# Columns whose French name is not written on the model: those that point to another row, mostly.
FIELDS: dict[str, str] = {
    "acknowledged_by": "vu par",
    "answered_by": "répondu par",
    "asked_by": "demandé par",
    "author": "rédigée au titre de",
    "bearer_sealed": "porteur",
    "booklet": "livret remis",
    "cbd_mg_per_day": "CBD par jour (mg)",
    "cbd_mg_per_unit": "CBD par unité (mg)",
    "code": "code",
    "comment_sealed": "commentaire",
    "criterion": "critère",
    "drug_sealed": "traitement",
    "correction_note_sealed": "précision sur la correction",
    "definition": "consultation du calendrier",
    "dispensation": "dispensation",
    "dispensed_by": "délivrée par",
    "document": "document",
    "form": "formulaire de consentement",
    "from_site": "structure d’origine",
    "granted_by": "accordée par",
    "held_by": "tenue par",
    "included_by": "inclus par",
    "indication": "indication",
    "information": "document d’information",
    "instructions_sealed": "conseils au patient",
    "line": "ligne d’ordonnance",
    "merged_into": "réuni à",
    "member": "ouvert par",
    "mode": "mode",
    "narrative_sealed": "récit",
    "note_sealed": "note au patient et au pharmacien",
    "override_note_sealed": "précision sur le motif",
    "pack": "conditionnement",
    "paper": "document remis",
    "pharmacy": "pharmacie",
    "prepared_by": "préparée par",
    "prescriber": "prescripteur",
    "prescription": "ordonnance",
    "previous": "participation précédente",
    "product": "médicament",
    "programme": "programme",
    "reason_sealed": "raison",
    "received": "présentation à la pharmacie",
    "read_by": "lue par",
    "recorded_by": "enregistré par",
    "relay_doctor": "médecin relais",
    "replaced_cbd_mg": "CBD du médicament remplacé (mg)",
    "replaced_thc_mg": "THC du médicament remplacé (mg)",
    "replaces": "remplace",
    "replaces_product": "médicament remplacé",
    "reported_by": "signalé par",
    "representative_sealed": "représentant",
    "sent_by": "envoyé par",
    "site": "structure",
    "source": "source",
    "subtype": "sous-catégorie",
    "texts_sealed": "réponses libres",
    "to_site": "structure demandée",
    "thc_mg_per_day": "THC par jour (mg)",
    "thc_mg_per_unit": "THC par unité (mg)",
    "thc_percent": "THC (%)",
    "version": "version du questionnaire",
    "visit": "consultation",
    "withdrawn_by": "annulée par",
    "words_sealed": "effet, en clair",
    "text": "texte signé",
    "withdrawal_reason_sealed": "mots du patient au retrait",
    "consent": "consentement",
    "added_by": "ajoutée par",
    "link": "document",
    "doctor": "médecin relais",
    "declined_by": "déclinée par",
    "designated_by": "enregistrée par",
    "professional_sealed": "professionnel invité",
    "invited_by": "invité par",
    "designation": "désignation",
    "text_sealed": "texte",
    "written_by": "écrite par",
    "reopened_by": "rouverte par",
    "opened_by": "ouverte par",
    "closed_by": "close par",
}


# Roles for whoever is not of the trade: the patient who is handed the list.
_PLAIN_ROLES: dict[str, str] = {
    Role.REFERENCE_DOCTOR: "Médecin de l’hôpital ou du centre qui suit le traitement",
    Role.RELAY_DOCTOR: "Médecin de ville choisi par le patient",
    Role.PREPARER: "Infirmier, attaché de recherche ou interne de l’équipe qui suit le traitement",
    Role.PHARMACIST: "Pharmacien",
    Role.ANALYST: "Agent de l’agence du médicament, sans accès au nom (évaluation)",
    Role.VIGILANCE_OFFICER: "Agent de l’agence du médicament, sans accès au nom (vigilance)",
    Role.MANAGER: "Agent de l’agence du médicament, sans accès au nom (gestion)",
    Role.READER: "Lecteur de statistiques publiées, sans accès aux dossiers",
}

# What the details of a line of the journal hold, beside numbers of rows and digests.
_DETAILS: dict[str, str] = {
    "reason": "motif",
    "found": "trouvés",
    "count": "nombre",
    "rows": "lignes",
    "kind": "nature",
    "permission": "droit",
    "role": "rôle",
    "quarter": "trimestre",
    "data": "données",
    "layout": "format",
    "serious": "grave",
    "network": "réseau",
    "period": "période",
    "lines": "lignes",
}


def plain_role(role: str) -> str:
    """The role in everyday words; a role that nobody named yet is a professional's."""
    return _PLAIN_ROLES.get(role, "Professionnel habilité")


def detail(details: Mapping[str, object]) -> str:
    """What the details of a line say, in words; numbers of rows and sealed bytes stay out."""
    told = [
        f"{_DETAILS[name]}\u202f: {_said(name, value)}"
        for name, value in details.items()
        if name in _DETAILS and value not in (None, "")
    ]
    return ", ".join(told)


def _said(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    known = dict(Permission.choices) if name == "permission" else dict(Role.choices)
    return str(known.get(str(value), reason(str(value))))


def action(code: str) -> str:
    """What was done; the code itself when nobody named it yet."""
    return ACTIONS.get(code, code)


def reason(code: str) -> str:
    """A reason of a list in its words; anything else as it was written."""
    return _REASONS.get(code, code)
