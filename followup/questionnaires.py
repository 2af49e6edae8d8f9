"""What is asked at a visit, and what was answered before: fixed numbers of queries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from core import keys
from followup import items, rules
from followup.items import Item
from followup.models import Answers, Visit
from patients.models import Enrolment
from programmes.enums import VisitKind
from programmes.models import QuestionnaireVersion


@dataclass(frozen=True)
class Part:
    """One questionnaire of a visit, in the version of that day."""

    version: QuestionnaireVersion

    @property
    def code(self) -> str:
        return self.version.questionnaire.code

    @property
    def title(self) -> str:
        return self.version.questionnaire.title

    @cached_property
    def items(self) -> list[Item]:
        return items.read(self.version.definition)


def asked(enrolment: Enrolment, kind: VisitKind | str, on: date) -> list[Part]:
    """The questionnaires of a visit held that day, in order. Two queries."""
    versions = (
        QuestionnaireVersion.objects.in_force(on)
        .filter(questionnaire__programme=enrolment.programme_id)
        .select_related("questionnaire")
        .prefetch_related("questionnaire__indications")
        .order_by("questionnaire__position", "questionnaire__pk", "-valid_from", "-pk")
    )
    parts: dict[int, Part] = {}
    for version in versions:
        questionnaire = version.questionnaire
        for_them = frozenset(one.pk for one in questionnaire.indications.all())
        if rules.is_asked(
            for_them,
            enrolment.indication_id,
            at_simple_visits=questionnaire.at_simple_visits,
            kind=kind,
        ):
            # Should two versions be in force, the newest is asked.
            parts.setdefault(questionnaire.pk, Part(version))
    return list(parts.values())


@dataclass(frozen=True)
class Last:
    """The last answer to a question."""

    value: Any
    held_on: date
    code: str


def last_answers(enrolment: Enrolment) -> dict[str, dict[str, Last]]:
    """The newest answer to each item: questionnaire code → item code → answer. One query.

    Free words stay sealed: they are read on their own page.
    """
    found: dict[str, dict[str, Last]] = {}
    rows = (
        Answers.objects.filter(visit__enrolment=enrolment)
        .select_related("visit", "version__questionnaire")
        .order_by("visit__held_on", "visit__recorded_at", "pk")
    )
    for row in rows:
        if row.visit.held_on is None:
            continue
        answers = found.setdefault(row.version.questionnaire.code, {})
        for code, value in row.data.items():
            answers[code] = Last(value, row.visit.held_on, row.visit.code)
    return found


# --- Free words ------------------------------------------------------------------------------


# What a binary column gives back.
Blob = bytes | memoryview | None


def _aad(visit: Visit, name: str) -> str:
    return f"followup.Visit {visit.public_id} {name}"


def seal_text(key: keys.DataKey, visit: Visit, name: str, text: str) -> bytes | None:
    """Seal free words under the enrolment's key; None for nothing."""
    return key.seal(text.encode(), _aad(visit, name)) if text else None


def seal_texts(
    key: keys.DataKey, visit: Visit, code: str, texts: Mapping[str, str]
) -> bytes | None:
    plain = json.dumps(dict(texts), ensure_ascii=False) if texts else ""
    return seal_text(key, visit, code, plain)


def open_text(key: keys.DataKey | None, visit: Visit, name: str, blob: Blob) -> str:
    """The words, or "" when there are none or their key was destroyed.

    :raises cryptography.exceptions.InvalidTag: altered bytes, or another visit's
    """
    if not blob or key is None:
        return ""
    return key.unseal(bytes(blob), _aad(visit, name)).decode()


@dataclass(frozen=True)
class Answered:
    """One questionnaire of a held visit, as it was asked then."""

    title: str
    facts: list[tuple[str, str]]


def answered(visit: Visit, key: keys.DataKey | None) -> list[Answered]:
    """What was answered, in the versions of that day. One query."""
    rows = visit.answers.select_related("version__questionnaire").order_by(
        "version__questionnaire__position", "pk"
    )
    return [_answered(visit, row, key) for row in rows]


def _answered(visit: Visit, row: Answers, key: keys.DataKey | None) -> Answered:
    questionnaire = row.version.questionnaire
    texts = open_text(key, visit, questionnaire.code, row.texts_sealed)
    values = row.data | (json.loads(texts) if texts else {})
    shown = items.asked(items.read(row.version.definition), values)
    facts = [(item.label, items.in_words(item, values.get(item.code))) for item in shown]
    return Answered(questionnaire.title, facts)
