"""The columns of a file of patients already followed: their names, what they hold, an example."""

from collections.abc import Iterator
from dataclasses import dataclass

from patients.enums import EndReason
from programmes.models import Criterion, Programme


@dataclass(frozen=True)
class Column:
    name: str
    words: str
    example: str = ""
    is_needed: bool = False


NUMBER, KIND, INDICATION, SUBTYPE = "ancien_numero", "personne", "indication", "sous_categorie"
INCLUDED, DOCTOR, SIGNED = "inclus_le", "rpps_medecin", "consentement_le"
NIR_GIVEN, RESEARCH, NIR = "nir_accepte", "recherche", "nir"
RELAY, RELAY_SINCE = "rpps_relais", "relais_depuis"
PHARMACY, PHARMACY_SINCE = "finess_pharmacie", "pharmacie_depuis"
TREATED, RUNNING = "premiere_prescription_le", "traitement_en_cours"
RUNS_FROM, RUNS_TO = "ordonnance_du", "ordonnance_au"
LEFT, WHY_LEFT = "sortie_le", "motif_sortie"
NAMESAKE = "homonyme_motif"
REPRESENTATIVE, QUALITY = "representant", "qualite_representant"
CRITERION = "critere_"
# No legal source: an inclusion takes six, older registers rarely kept three.
TREATMENTS = 3

# Traits of the form of an identity, by column.
IDENTITY = {
    "nom_naissance": "birth_name",
    "prenoms": "first_names",
    "nom_utilise": "used_name",
    "sexe": "sex",
    "naissance": "birth_date",
    "lieu_naissance": "birth_place",
    "telephone": "phone",
    "courriel": "email",
    "adresse": "address",
}
# Never written back, neither on the page nor in the table of faults.
UNTOLD = {NIR}

# Why a patient left, in the words of a file.
REASONS = {
    "effet indésirable": EndReason.ADVERSE_EVENT,
    "inefficacité": EndReason.INEFFICACY,
    "décès": EndReason.DEATH,
    "choix du patient": EndReason.PATIENT_CHOICE,
    "retrait du consentement": EndReason.CONSENT_WITHDRAWN,
    "contre-indication": EndReason.CONTRAINDICATION,
    "perdu de vue": EndReason.LOST_TO_FOLLOWUP,
    "décision médicale": EndReason.DOCTOR_DECISION,
    "approvisionnement": EndReason.SUPPLY,
    "autre programme": EndReason.TRANSFERRED,
    "autre": EndReason.OTHER,
}

_DAY = "JJ/MM/AAAA"
_WHO = (
    Column(NUMBER, "numéro du patient dans l’ancien registre, unique", "A-0042", is_needed=True),
    Column("nom_naissance", "nom de naissance", "MARTIN", is_needed=True),
    Column("prenoms", "tous, séparés par des espaces", "Jeanne Marie", is_needed=True),
    Column("nom_utilise", "s’il est différent", "DUPONT"),
    Column("sexe", "F, M ou I (indéterminé)", "F", is_needed=True),
    Column(
        "naissance", f"{_DAY}\u202f; MM/AAAA ou AAAA si le reste est inconnu", "12/05/1980", True
    ),
    Column("lieu_naissance", "code INSEE de 5 caractères\u202f; vide s’il est inconnu", "69123"),
    Column("telephone", "numéro de téléphone", "06 39 98 00 00"),
    Column("courriel", "adresse électronique", "jeanne@exemple.test"),
    Column("adresse", "adresse postale", "1 rue de l’Essai, 69001 Lyon"),
    Column(KIND, "majeur, mineur ou protégé\u202f; vide pour une personne majeure", "majeur"),
    Column(REPRESENTATIVE, "qui a signé pour un mineur ou avec un majeur protégé"),
    Column(QUALITY, "parent, tuteur, curateur, famille ou mandat"),
    Column(NAMESAKE, "pourquoi c’est une autre personne, si le registre a son exact homonyme"),
)
_INCLUSION = (
    Column(INCLUDED, f"date d’inclusion, {_DAY}", "15/04/2021", is_needed=True),
    Column(DOCTOR, "RPPS du médecin qui a inclus, de votre structure\u202f; vide si c’est vous"),
    Column(SIGNED, f"consentement à la participation signé le, {_DAY}", "15/04/2021", True),
    Column(NIR_GIVEN, "transmission du numéro de sécurité sociale\u202f: oui ou non", "oui", True),
    Column(
        RESEARCH,
        "autres recherches\u202f: oui si le patient en est informé et ne s’y oppose pas, sinon non",
        "oui",
        True,
    ),
    Column(NIR, "15 caractères, seulement si sa transmission est acceptée"),
)
_CARE = (
    Column(RELAY, "RPPS d’un médecin relais habilité et formé"),
    Column(RELAY_SINCE, f"désigné depuis le, {_DAY}\u202f; vide\u202f: depuis l’inclusion"),
    Column(PHARMACY, "FINESS d’une pharmacie qui participe"),
    Column(PHARMACY_SINCE, f"désignée depuis le, {_DAY}\u202f; vide\u202f: depuis l’inclusion"),
    Column(TREATED, f"première prescription le, {_DAY}", "15/04/2021"),
    Column(
        RUNNING, "médicament et posologie, tels qu’ils sont prescrits", "Huile 10:10, 0,5 ml × 2"
    ),
    Column(RUNS_FROM, f"ordonnance en cours, du, {_DAY}"),
    Column(RUNS_TO, f"ordonnance en cours, au, {_DAY}"),
    Column(LEFT, f"patient sorti le, {_DAY}\u202f; vide pour un patient suivi"),
    Column(WHY_LEFT, f"{', '.join(REASONS)}\u202f; vide pour un patient suivi"),
)


def of(programme: Programme) -> list[Column]:
    """In the order of the template; a criterion is a column, whatever the set that asks it."""
    known = ", ".join(programme.indications.order_by("code").values_list("code", flat=True))
    indication = Column(INDICATION, f"code\u202f: {known or 'aucun'}", "", is_needed=True)
    subtype = Column(SUBTYPE, "code, pour les indications qui en ont")
    return [*_WHO, *_INCLUSION, indication, subtype, *_criteria(programme), *_treatments(), *_CARE]


def _criteria(programme: Programme) -> Iterator[Column]:
    told: dict[str, Column] = {}
    rows = Criterion.objects.filter(criteria_set__programme=programme)
    for one in rows.order_by("-criteria_set__valid_from", "position", "pk"):
        name, dated = f"{CRITERION}{one.code}", " (ou la date)" if one.needs_date else ""
        words = (
            f"oui{dated} ou non\u202f; vide si l’ancien registre ne le dit pas\u202f: {one.text}"
        )
        told.setdefault(name, Column(name, words))
    yield from told.values()


def _treatments() -> Iterator[Column]:
    for rank in range(1, TREATMENTS + 1):
        yield Column(f"traitement_{rank}", "traitement essayé avant l’inclusion")
        yield Column(f"resultat_{rank}", "insuffisant ou mal toléré")
        yield Column(f"devenir_{rank}", "poursuivi, réduit, remplacé ou arrêté")
