"""Which questions a patient may answer before a visit, and what was answered."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict

from core import keys
from followup import items, questionnaires
from followup.items import Item
from followup.models import PatientLink, Visit


@dataclass(frozen=True)
class Asked:
    """One question that the patient may answer, and its field: that of `followup.forms`."""

    name: str
    item: Item
    part: str


def questions(visit: Visit, on: date) -> list[Asked]:
    """Those of the visit whose definition says `by_patient`, never in free words."""
    return list(_questions(visit, on))


def _questions(visit: Visit, on: date) -> Iterator[Asked]:
    for part in questionnaires.asked(visit.enrolment, visit.kind, on, visit.code):
        theirs = {one["code"] for one in part.version.definition if one.get("by_patient")}
        for item in part.items:
            if item.code in theirs and item.kind != items.TEXT:
                # A patient leaves what they cannot tell: the doctor asks it.
                name = f"{part.code}-{item.code}"
                yield Asked(name, replace(item, required=False), part.title)


def _aad(link: PatientLink) -> str:
    return f"followup.PatientLink {link.public_id}"


def seal(link: PatientLink, typed: Mapping[str, Any]) -> bytes:
    """:raises core.keys.KeyMissing: the enrolment's key was destroyed"""
    plain = json.dumps(dict(typed), ensure_ascii=False)
    return keys.open_key(link.visit.enrolment.key_id).seal(plain.encode(), _aad(link))


def typed_of(link: PatientLink) -> dict[str, Any]:
    """The fields as the patient typed them; empty when there are none, or no key any more."""
    key_id = link.visit.enrolment.key_id
    key = keys.open_keys([key_id]).get(key_id) if link.typed_sealed else None
    if key is None or not link.typed_sealed:
        return {}
    typed: dict[str, Any] = json.loads(key.unseal(bytes(link.typed_sealed), _aad(link)))
    return typed


@dataclass(frozen=True)
class Answer:
    """What the patient says to one question: as a form types it, and in words."""

    name: str
    label: str
    part: str
    typed: Any
    words: str
    accepted: bool = False

    @property
    def as_json(self) -> str:
        return json.dumps(self.typed if isinstance(self.typed, list) else [self.typed])


def answers(link: PatientLink, on: date, accepted: frozenset[str] = frozenset()) -> list[Answer]:
    """The answers sent, to the questions that the visit still asks."""
    typed = typed_of(link) if link.answered_at else {}
    return [
        Answer(
            one.name,
            one.item.label,
            one.part,
            typed[one.name],
            _in_words(one.item, typed[one.name]),
            one.name in accepted,
        )
        for one in questions(link.visit, on)
        if not items.is_empty(typed.get(one.name))
    ]


def _in_words(item: Item, typed: Any) -> str:  # noqa: ANN401  as the form sends it
    labels = {items.YES: "Oui", items.NO: "Non"} if item.kind == items.YES_NO else {}
    labels |= dict(item.choices)
    several = typed if isinstance(typed, list) else [typed]
    words = ", ".join(labels.get(str(one), str(one)) for one in several)
    return f"{words} {item.unit}".strip() if item.kind == items.NUMBER else words


def filled(sent: QueryDict, answers: Sequence[Answer]) -> QueryDict:
    """The form of the doctor, with the answers taken over where the field was left empty.

    The page's script fills them as they are ticked; without it they are filled here.
    """
    data = sent.copy()
    accepted = sent.getlist("accepted")
    for answer in answers:
        if answer.name in accepted and not any(sent.getlist(answer.name)):
            data.setlist(answer.name, json.loads(answer.as_json))
    return data


def of_visit(visit: Visit | None) -> PatientLink | None:
    """The link that is not ended, whether it was answered or not."""
    if visit is None or visit.pk is None:
        return None
    links = PatientLink.objects.filter(visit=visit, ended_at=None).select_related("made_by__user")
    found = links.first()
    if found is not None:
        found.visit = visit
    return found
