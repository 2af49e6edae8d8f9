"""What a fictive patient answers: symptoms that fall with time, more for some than for others."""

import json
import random

from recann.cohort.reference import Version
from recann.cohort.treatment import Taste


WORDS = ("none", "mild", "moderate", "severe", "unbearable")


def typed(
    asked: Version, months: float, taken: Taste, drawn: random.Random, *, is_first: bool, sex: str
) -> str:
    """The answers to one questionnaire as JSON, in the types of its definition."""
    fall = 0 if is_first else taken.relief * min(months / 6, 1)
    score = max(0, min(10, round(drawn.gauss(7.4, 1.1) * (1 - fall))))
    said = _ANSWERS[asked.code](score, drawn, is_first)
    if asked.code == "commun" and sex == "F":
        said["grossesse"] = False
    kept = {code: value for code, value in said.items() if code in asked.items}
    return json.dumps(kept, separators=(",", ":"))


def _common(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:
    said: dict[str, object] = {
        "weight": round(drawn.gauss(70, 11), 1),
        "treatments_changed": False,
        "quality_of_life": 10 - score,
        "sleep": min(10, score + drawn.choice((0, 0, 1))),
    }
    if not is_first:
        said["pgic"] = str(max(1, min(7, score - 1)))
    return said


def _pain(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    word = 4 if score >= 9 else 3 if score >= 7 else 2 if score >= 4 else 1 if score else 0
    return {"pain": score, "pain_words": WORDS[word], "paroxysms": score * drawn.randint(0, 2)}


def _spasticity(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    return {"spasticity": score, "pain": max(0, score - 1), "spasms": score * drawn.randint(1, 3)}


def _seizures(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    count = score * drawn.randint(1, 4)
    return {"seizures": count, "seizure_free_days": max(0, 28 - count)}


def _cancer(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    symptom = drawn.choice(("pain", "nausea", "appetite", "anxiety", "sleep"))
    return {"main_symptom": symptom, "main_symptom_score": score}


def _palliative(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    return {"pain": score, "anxiety": max(0, score - 2), "insomnia": max(0, score - 1)}


def _tolerance(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    return {
        "has_adverse_event": False,
        "tolerance": drawn.choice(("good", "good", "fair")),
        "cardiac_signs": False,
        "suicidal_ideas": False,
    }


def _circuit(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    said: dict[str, object] = {
        "days_to_obtain": drawn.randint(0, 7),
        "pharmacy_found": drawn.random() < 0.9,
        "trips": drawn.choice((1, 1, 2)),
        "difficulties": {"missing": "NOT_APPLICABLE"},
    }
    # 91 % are satisfied: domain.md 7.2 (P108).
    said["satisfaction"] = drawn.choice("11111222224")
    if drawn.random() < 0.15:
        said["difficulties"] = [drawn.choice(("distance", "stock", "forms"))]
    return said


def _history(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    return {"cardiaque": False, "suicide": False}


def _team(score: int, drawn: random.Random, is_first: bool) -> dict[str, object]:  # noqa: ARG001
    return {"team_opinion": "none"}


_ANSWERS = {
    "commun": _common,
    "douleur": _pain,
    "spasticite": _spasticity,
    "crises": _seizures,
    "oncologie": _cancer,
    "palliatif": _palliative,
    "tolerance": _tolerance,
    "circuit": _circuit,
    "antecedents": _history,
    "equipe": _team,
}
