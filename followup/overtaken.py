"""Two people on one visit: the second finds what the first recorded, and all that they typed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from core import keys
from followup import drafting, fields, items, questionnaires
from followup.drafting import Typing, resume, typed
from followup.enums import Decision, Mode, VisitStatus
from followup.forms import field_name
from followup.items import Item
from followup.models import Visit


# Typed by everybody, whatever is asked.
_LABELS = {"mode": ("Mode", Mode), "decision": ("Conduite à tenir", Decision)}


@dataclass(frozen=True)
class Difference:
    """One answer: as somebody typed it, and as another recorded it."""

    label: str
    typed: str
    recorded: str


def typed_over(visit: Visit, owner_id: int) -> Typing | None:
    """What this person typed of a visit that another one recorded meanwhile; None: nothing."""
    typing = resume(owner_id, visit.draft_key)
    return typing if visit.status == VisitStatus.DONE and typing.data is not None else None


def keep(visit: Visit, owner_id: int, sent: QueryDict, *, at: datetime) -> None:
    """Keep what was sent too late, unless it says what is recorded: the same form, sent twice."""
    said = Typing(visit.draft_key, data=typed(sent))
    if visit.status == VisitStatus.DONE and differences(visit, said):
        drafting.keep(owner_id, visit.draft_key, sent, at=at)


def for_correction(visit: Visit, owner_id: int) -> Typing:
    """One's correction begun; else, as its beginning, what was typed of the visit itself."""
    begun = resume(owner_id, visit.correction_key)
    over = typed_over(visit, owner_id) if begun.data is None else None
    if over is None or over.data is None:
        return begun
    return replace(begun, data={name: over.data[name] for name in over.data if name != "once"})


def differences(visit: Visit, typing: Typing) -> list[Difference]:
    """The answers that are not the recorded ones, in the order of the form. One query."""
    key = keys.open_keys([visit.enrolment.key_id]).get(visit.enrolment.key_id)
    said = typing.data or {}
    rows = [*_fixed(visit, said, key), *_asked(visit, said, key)]
    return [row for row in rows if row.typed and row.typed != row.recorded]


def _fixed(visit: Visit, said: dict[str, Any], key: keys.DataKey | None) -> Iterator[Difference]:
    held_on = f"{visit.held_on:%d/%m/%Y}"
    yield Difference("Date de la consultation", str(said.get("held_on") or ""), held_on)
    for name, (label, words) in _LABELS.items():
        chosen = dict(words.choices)
        one, other = said.get(name) or "", getattr(visit, name)
        yield Difference(label, str(chosen.get(one, one)), str(chosen.get(other, other)))
    comment = questionnaires.open_text(key, visit, "comment", visit.comment_sealed)
    yield Difference("Commentaire", str(said.get("comment") or ""), comment or "–")


def _asked(visit: Visit, said: dict[str, Any], key: keys.DataKey | None) -> Iterator[Difference]:
    rows = visit.answers.select_related("version__questionnaire").order_by(
        "version__questionnaire__position", "pk"
    )
    for row in rows:
        code = row.version.questionnaire.code
        texts = questionnaires.open_text(key, visit, code, row.texts_sealed)
        recorded = row.data | (json.loads(texts) if texts else {})
        for item in items.read(row.version.definition):
            one = said.get(field_name(code, item.code))
            found = items.in_words(item, recorded.get(item.code))
            yield Difference(item.label, _as_typed(item, one), found)


def _as_typed(item: Item, said: object) -> str:
    """In the words of what is recorded; half-typed or wrong, as it is."""
    if items.is_empty(said):
        return ""
    several = said if isinstance(said, list) else [said]
    try:
        value = fields.of(item).clean(several if item.kind == items.MULTIPLE else several[-1])
    except ValidationError:
        return ", ".join(map(str, several))
    return items.in_words(item, items.stored(item, value))
