"""What was done about appointments, reminders and patients without news, in French words."""

ACTIONS: dict[str, str] = {
    "closures.week": "Semaine d’ouverture d’un lieu enregistrée",
    "closures.added": "Fermeture d’un lieu inscrite",
    "closures.removed": "Fermeture d’un lieu retirée",
    "filter.saved": "Liste de travail enregistrée",
    "filter.removed": "Liste de travail supprimée",
    "digest.chosen": "Fréquence du récapitulatif choisie",
    "reminder.chosen": "Accord du patient pour les rappels enregistré",
    "patient.reminded": "Rappel de rendez-vous envoyé au patient",
    "feed.opened": "Adresse d’agenda créée",
    "feed.revoked": "Adresse d’agenda révoquée",
    "feed.read": "Agenda lu",
    "search.attempt": "Tentative de contact avec un patient sans nouvelles",
    "search.found": "Patient retrouvé",
    "search.ended": "Recherche d’un patient terminée",
    "visits.renewal": "Consultation de renouvellement prévue",
}
