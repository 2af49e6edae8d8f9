"""Own short list of terms: the frequent ones first. No dictionary under licence is copied.

Sources: domain.md 8.3 (published figures of the experimentation; those marked there «from memory»
are marked here too).
"""

from dataclasses import dataclass

from django.db import models


class SystemClass(models.TextChoices):
    NERVOUS = "NERVOUS", "Système nerveux"
    PSYCHIATRIC = "PSYCHIATRIC", "Psychiatrie"
    DIGESTIVE = "DIGESTIVE", "Appareil digestif"
    CARDIAC = "CARDIAC", "Cœur et vaisseaux"
    GENERAL = "GENERAL", "État général"
    HEPATIC = "HEPATIC", "Foie"
    RESPIRATORY = "RESPIRATORY", "Appareil respiratoire"
    OTHER = "OTHER", "Autre"


@dataclass(frozen=True)
class Term:
    code: str
    label: str
    system: SystemClass


OTHER = "OTHER"

# In the order of the form: most often reported first (domain.md 8.3), then by system.
TERMS: tuple[Term, ...] = (
    Term("SOMNOLENCE", "Somnolence, sédation", SystemClass.NERVOUS),
    Term("DIZZINESS", "Vertiges, sensations vertigineuses", SystemClass.NERVOUS),
    Term("FATIGUE", "Fatigue", SystemClass.GENERAL),
    Term("ATTENTION", "Troubles de l’attention", SystemClass.NERVOUS),
    Term("PALPITATIONS", "Palpitations, tachycardie", SystemClass.CARDIAC),
    Term("NAUSEA", "Nausées", SystemClass.DIGESTIVE),
    Term("VOMITING", "Vomissements", SystemClass.DIGESTIVE),
    Term("HEADACHE", "Céphalées", SystemClass.NERVOUS),
    Term("MEMORY", "Troubles de la mémoire", SystemClass.NERVOUS),
    Term("DIARRHOEA", "Diarrhée", SystemClass.DIGESTIVE),
    Term("ABDOMINAL_PAIN", "Douleurs abdominales", SystemClass.DIGESTIVE),
    Term("DRY_MOUTH", "Bouche sèche", SystemClass.DIGESTIVE),
    Term("ANXIETY", "Anxiété", SystemClass.PSYCHIATRIC),
    Term("PANIC", "Attaque de panique", SystemClass.PSYCHIATRIC),
    Term("MOOD", "Modification de l’humeur", SystemClass.PSYCHIATRIC),
    Term("SUICIDAL_IDEATION", "Idées suicidaires", SystemClass.PSYCHIATRIC),
    Term("PSYCHOSIS", "Hallucinations, symptômes psychotiques", SystemClass.PSYCHIATRIC),
    Term("CONFUSION", "Confusion", SystemClass.PSYCHIATRIC),
    # From memory, down to the cough.
    Term("HYPOTENSION", "Hypotension", SystemClass.CARDIAC),
    Term("ACUTE_CORONARY", "Douleur thoracique, syndrome coronarien aigu", SystemClass.CARDIAC),
    Term("TRANSAMINASES", "Élévation des transaminases", SystemClass.HEPATIC),
    Term("APPETITE", "Modification de l’appétit", SystemClass.GENERAL),
    Term("WEIGHT", "Variation de poids", SystemClass.GENERAL),
    Term("FALL", "Chute", SystemClass.GENERAL),
    Term("SEIZURES", "Aggravation des crises", SystemClass.NERVOUS),
    Term("COUGH", "Toux, irritation (voie inhalée)", SystemClass.RESPIRATORY),
    Term(OTHER, "Autre", SystemClass.OTHER),
)
BY_CODE = {term.code: term for term in TERMS}
CHOICES = [(term.code, term.label) for term in TERMS]


def label(code: str) -> str:
    """The French words of a code; the code itself when the list no longer has it."""
    return BY_CODE[code].label if code in BY_CODE else code


def system(code: str) -> SystemClass:
    return BY_CODE[code].system if code in BY_CODE else SystemClass.OTHER
