"""What a fictive patient answers at one visit: the story of the patient, and the noise of a day."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from recann.cohort.reference import Version
from recann.cohort.story import Story


WORDS = ("none", "mild", "moderate", "severe", "unbearable")
# What the same patient answers twice in a week differs by about this much. Own choice.
NOISE = 0.45


@dataclass(frozen=True)
class Day:
    """A visit. `since`: the visit before. `score`: of the main symptom that day, from 0 to 10."""

    story: Story
    on: date
    since: date
    sex: str
    score: float

    @property
    def is_first(self) -> bool:
        """Before any treatment."""
        return self.on == self.since

    @property
    def months(self) -> float:
        return (self.on - self.story.course.included_on).days / 30


def day(story: Story, on: date, since: date, sex: str, drawn: random.Random) -> Day:
    months = (on - story.course.included_on).days / 30
    level = story.baseline if on == since else story.level(months)
    return Day(story, on, since, sex, min(max(level + drawn.gauss(0, NOISE), 0), 10))


def typed(asked: Version, told: Day, drawn: random.Random) -> str:
    """The answers to one questionnaire as JSON, in the types of its definition."""
    said = _ANSWERS[asked.code](told, drawn)
    kept = {code: value for code, value in said.items() if code in asked.items}
    return json.dumps(kept, separators=(",", ":"))


def _scale(value: float) -> int:
    """From 0 to 10."""
    return max(0, min(10, round(value)))


Said = dict[str, object]


def _common(told: Day, drawn: random.Random) -> Said:
    story = told.story
    said: Said = {
        "weight": round(_weight(told) + drawn.gauss(0, 0.5), 1),
        "treatments_changed": False,
        "quality_of_life": _scale(9.2 - 0.75 * told.score + story.life + drawn.gauss(0, 0.3)),
        "sleep": _scale(0.8 * told.score + 1 + story.sleep + drawn.gauss(0, 0.3)),
    }
    if not told.is_first:
        said["pgic"] = _pgic(told)
    if told.sex == "F":
        said["grossesse"] = False
    return said


def _weight(told: Day) -> float:
    """Steady but for a slow drift; lost in the last months of who dies."""
    story = told.story
    drift = 0.12 * told.months * (1 if story.phase < 3 else -1)
    return story.weight + max(min(drift, 3), -3) - 2 * story.decline(told.months)


def _pgic(told: Day) -> str:
    """1 very much improved to 7 very much worse, by how much the symptom has changed."""
    change = 1 - told.score / told.story.baseline
    return str(sum(change < bound for bound in (0.55, 0.35, 0.12, -0.12, -0.35, -0.55)) + 1)


def _pain(told: Day, drawn: random.Random) -> Said:
    pain = _scale(told.score)
    word = 4 if pain >= 9 else 3 if pain >= 7 else 2 if pain >= 4 else 1 if pain else 0
    paroxysms = max(0, round(told.score * told.story.rate / 2 + drawn.gauss(0, 1)))
    return {"pain": pain, "pain_words": WORDS[word], "paroxysms": paroxysms}


def _spasticity(told: Day, drawn: random.Random) -> Said:
    spasms = max(0, round(told.score * told.story.rate + drawn.gauss(0, 1)))
    return {
        "spasticity": _scale(told.score),
        "pain": _scale(told.score - 1 + told.story.life / 2),
        "spasms": spasms,
    }


def _seizures(told: Day, drawn: random.Random) -> Said:
    count = max(0, round(told.score * told.story.rate + drawn.gauss(0, 1)))
    # Several on some days.
    return {"seizures": count, "seizure_free_days": max(0, 28 - math.ceil(count * 0.8))}


def _cancer(told: Day, drawn: random.Random) -> Said:  # noqa: ARG001
    return {"main_symptom": told.story.symptom, "main_symptom_score": _scale(told.score)}


def _palliative(told: Day, drawn: random.Random) -> Said:
    return {
        "pain": _scale(told.score),
        "anxiety": _scale(told.score - 1.5 + told.story.life + drawn.gauss(0, 0.3)),
        "insomnia": _scale(told.score - 1 + told.story.sleep + drawn.gauss(0, 0.3)),
    }


def _tolerance(told: Day, drawn: random.Random) -> Said:
    has_event = told.story.had_event(told.since, told.on)
    tolerance = "fair" if has_event or told.story.is_sensitive else "good"
    if not told.story.is_sensitive and drawn.random() < 0.08:
        tolerance = "fair"
    if told.story.is_poorly(told.on) and not told.is_first:
        tolerance = "poor"
    return {
        "has_adverse_event": has_event,
        "tolerance": tolerance,
        "cardiac_signs": False,
        "suicidal_ideas": False,
    }


def _circuit(told: Day, drawn: random.Random) -> Said:  # noqa: ARG001
    said: Said = {
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


def _history(told: Day, drawn: random.Random) -> Said:  # noqa: ARG001
    return {"cardiaque": False, "suicide": False}


def _team(told: Day, drawn: random.Random) -> Said:  # noqa: ARG001
    return {"team_opinion": "none"}


_ANSWERS: dict[str, Callable[[Day, random.Random], Said]] = {
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
