"""What is asked at a visit, and what was answered before: fixed numbers of queries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from core import keys
from core.text import uncapitalised
from followup import items, missing, rules
from followup.enums import DoubtReason
from followup.items import Item, Whom
from followup.models import Answers, Visit
from patients.models import EligibilityAnswer, Enrolment
from programmes.enums import VisitKind
from programmes.models import QuestionnaireVersion


@dataclass(frozen=True)
class Part:
    """One questionnaire of a visit, in the version of that day."""

    version: QuestionnaireVersion
    whom: Whom = field(default_factory=Whom)

    @property
    def code(self) -> str:
        return self.version.questionnaire.code

    @property
    def title(self) -> str:
        return self.version.questionnaire.title

    @cached_property
    def items(self) -> list[Item]:
        return items.concerning(items.read(self.version.definition), self.whom)


def whom(enrolment: Enrolment, visit_code: str) -> Whom:
    """Of whom this visit asks. The patient comes with every enrolment that is read."""
    return Whom(enrolment.patient.sex, visit_code)


@dataclass(frozen=True)
class Asking:
    """A visit held that day: of which programme and indication, of which kind, of whom."""

    programme_id: int
    indication_id: int
    kind: VisitKind | str
    on: date
    whom: Whom


def asked(
    enrolment: Enrolment, kind: VisitKind | str, on: date, visit_code: str = ""
) -> list[Part]:
    """The questionnaires of a visit held that day, in order. Two queries."""
    of = whom(enrolment, visit_code)
    return parts(Asking(enrolment.programme_id, enrolment.indication_id, kind, on, of))


def parts(asking: Asking, *, instead: QuestionnaireVersion | None = None) -> list[Part]:
    """What is asked, in order; `instead` stands in the place of the others of its questionnaire.

    A constraint keeps one version a day: none is asked twice. Two queries.
    """
    rows = QuestionnaireVersion.objects.in_force(asking.on)
    if instead is not None:
        others = rows.exclude(questionnaire=instead.questionnaire_id)
        rows = others | QuestionnaireVersion.objects.filter(pk=instead.pk)
    ordered = (
        rows.filter(questionnaire__programme=asking.programme_id)
        .select_related("questionnaire")
        .prefetch_related("questionnaire__indications")
        .order_by("questionnaire__position", "questionnaire__pk")
    )
    found = [Part(version, asking.whom) for version in ordered if _concerns(version, asking)]
    return [part for part in found if part.items]


def _concerns(version: QuestionnaireVersion, asking: Asking) -> bool:
    questionnaire = version.questionnaire
    return rules.is_asked(
        frozenset(one.pk for one in questionnaire.indications.all()),
        asking.indication_id,
        at_simple_visits=questionnaire.at_simple_visits,
        kind=asking.kind,
    )


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
            if missing.is_missing(value):
                continue
            answers[code] = Last(value, row.visit.held_on, row.visit.code)
    return found


def last_known(enrolment: Enrolment, parts: Sequence[Part]) -> dict[str, dict[str, Last]]:
    """The last answers; to a criterion asked again, that of the inclusion before any visit.

    One query, two when a criterion is asked again.
    """
    found = last_answers(enrolment)
    again = {item.code: part.code for part in parts for item in part.items if item.is_criterion}
    if not again:
        return found
    answers = EligibilityAnswer.objects.filter(enrolment=enrolment, criterion__code__in=again)
    for code, answer in answers.values_list("criterion__code", "answer"):
        at_inclusion = Last(answer == "YES", enrolment.included_on, "M0")
        found.setdefault(again[code], {}).setdefault(code, at_inclusion)
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
    part = Part(row.version, whom(visit.enrolment, visit.code))
    facts = [
        (item.label, _in_words(item, values.get(item.code), row.reasons.get(item.code)))
        for item in items.asked(part.items, values)
    ]
    return Answered(questionnaire.title, facts)


def _in_words(item: Item, value: object, reason: str | None) -> str:
    """An answer, and why it stands when it was unusual."""
    words = items.in_words(item, value)
    if reason is None:
        return words
    label = dict(DoubtReason.choices).get(reason, reason)
    return f"{words} (confirmé\u202f: {uncapitalised(label)})"
