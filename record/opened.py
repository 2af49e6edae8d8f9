"""Free words of history, opened for whoever may open the record itself."""

from collections.abc import Callable, Mapping
from typing import Any

from core.keys import DataKey
from followup import questionnaires
from followup.models import Visit
from patients import exceptional
from patients import texts as inclusion_texts
from prescriptions import texts
from prescriptions.models import Prescription
from record.wording import References
from vigilance import terms
from vigilance import words as vigilance_words
from vigilance.models import AdverseEvent


Row = Mapping[str, Any]

# Names and addresses of other people are not told again here.
PROTECTED = "Texte protégé"
ERASED = "Texte effacé"


def _of_prescription(place: str) -> Callable[[DataKey, bytes, Row, References], str]:
    def opened(key: DataKey, blob: bytes, row: Row, _references: References) -> str:
        return texts.open_one(key, Prescription(public_id=row["public_id"]), place, blob)

    return opened


def _instructions(key: DataKey, blob: bytes, row: Row, references: References) -> str:
    prescription = references.row("prescriptions.Prescription", row["prescription_id"])
    if prescription is None:
        return PROTECTED
    return texts.open_one(key, prescription, f"line {row['position']}", blob)


def _of_inclusion(place: str) -> Callable[[DataKey, bytes, Row, References], str]:
    def opened(key: DataKey, blob: bytes, _row: Row, _references: References) -> str:
        return key.unseal(blob, place).decode()

    return opened


def _of_visit(name: str) -> Callable[[DataKey, bytes, Row, References], str]:
    def opened(key: DataKey, blob: bytes, row: Row, _references: References) -> str:
        return questionnaires.open_text(key, Visit(public_id=row["public_id"]), name, blob)

    return opened


def _answers(key: DataKey, blob: bytes, row: Row, references: References) -> str:
    """The JSON of the answers in free words."""
    visit = references.row("followup.Visit", row["visit_id"])
    version = references.row("programmes.QuestionnaireVersion", row["version_id"])
    if visit is None or version is None:
        return ""
    return questionnaires.open_text(key, visit, version.questionnaire.code, blob)


def _narrative(key: DataKey, blob: bytes, row: Row, _references: References) -> str:
    event = AdverseEvent(public_id=row["public_id"])
    return vigilance_words.unseal(key, event, "narrative", blob)


def _other_effect(key: DataKey, blob: bytes, row: Row, references: References) -> str:
    event = references.row("vigilance.AdverseEvent", row["event_id"])
    return vigilance_words.unseal(key, event, terms.OTHER, blob) if event else PROTECTED


def _glass(key: DataKey, blob: bytes, row: Row, _references: References) -> str:
    return key.unseal(blob, exceptional.reason_aad(row["public_id"])).decode()


_OPENERS: dict[tuple[str, str], Callable[[DataKey, bytes, Row, References], str]] = {
    ("prescriptions.Prescription", "note_sealed"): _of_prescription("note"),
    ("prescriptions.Prescription", "reason_sealed"): _of_prescription("reason"),
    ("prescriptions.Line", "instructions_sealed"): _instructions,
    ("patients.PriorTreatment", "drug_sealed"): _of_inclusion(inclusion_texts.DRUG),
    ("patients.Derogation", "reason_sealed"): _of_inclusion(inclusion_texts.DEROGATION),
    ("patients.BrokenGlass", "reason_sealed"): _glass,
    ("followup.Visit", "comment_sealed"): _of_visit("comment"),
    ("followup.Visit", "correction_note_sealed"): _of_visit("correction"),
    ("followup.Answers", "texts_sealed"): _answers,
    ("vigilance.AdverseEvent", "narrative_sealed"): _narrative,
    ("vigilance.Reaction", "words_sealed"): _other_effect,
}


def text(label: str, column: str, row: Row, references: References, key: DataKey | None) -> str:
    """The words of a sealed column; "" when there are none."""
    blob = row[column]
    if not blob:
        return ""
    if key is None:
        return ERASED
    opener = _OPENERS.get((label, column))
    return opener(key, bytes(blob), row, references) if opener else PROTECTED
