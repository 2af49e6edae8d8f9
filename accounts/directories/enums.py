from django.db import models


class ImportKind(models.TextChoices):
    # Filled in by the app of training, above this one.
    COMPLETIONS = "COMPLETIONS", "Attestations de formation"
    PROFESSIONALS = "PROFESSIONALS", "Professionnels (RPPS)"
    PLACES = "PLACES", "Établissements (FINESS)"
    PARTICIPANTS = "PARTICIPANTS", "Lieux participants (structures, PUI, officines)"


class ChangeKind(models.TextChoices):
    """What a line of an imported file would change."""

    NEW = "NEW", "Nouveau"
    CHANGED = "CHANGED", "Modifié"
    # The account or the site of the registry that the line is about.
    REGISTRY = "REGISTRY", "Fiche du registre mise à jour"
    GONE = "GONE", "Absent du fichier"
    UNKNOWN = "UNKNOWN", "Personne inconnue du registre"
    KNOWN = "KNOWN", "Déjà connu"


# Beside a count, on the page of an import.
COUNTED = {
    ChangeKind.NEW: "à créer",
    ChangeKind.CHANGED: "à modifier",
    ChangeKind.REGISTRY: "comptes ou lieux du registre à mettre à jour",
    ChangeKind.GONE: "absents du fichier",
    ChangeKind.UNKNOWN: "sans compte dans le registre, laissés",
    ChangeKind.KNOWN: "déjà connus",
}
DONE = {
    **COUNTED,
    ChangeKind.NEW: "créés",
    ChangeKind.CHANGED: "modifiés",
    ChangeKind.REGISTRY: "comptes ou lieux du registre mis à jour",
}
