"""The form of a visit that was held, filled with what it says."""

import json
from typing import Any

from django.http import QueryDict

from core import keys
from followup import items, questionnaires
from followup.drafting import Typing
from followup.forms import CorrectionForm, field_name, why_name
from followup.models import Visit
from followup.questionnaires import Part


def form(data: QueryDict | None, visit: Visit, typing: Typing) -> CorrectionForm:
    """Bound to what was sent, or showing what was recorded, under what was typed since."""
    parts, said = _said(visit)
    written = visit.recorded_at
    recorded_on = visit.enrolment.site.local_day(written) if written else visit.due_on
    planned = visit.definition_id is not None or visit.opens_on != visit.closes_on
    return CorrectionForm(
        data,
        initial={**said, "seen": visit.stamp, **typing.initial},
        parts=parts,
        earliest=visit.enrolment.included_on,
        # Neither held nor typed late because it is corrected today.
        today=recorded_on,
        window=(visit.opens_on, visit.closes_on) if planned else None,
    )


def _said(visit: Visit) -> tuple[list[Part], dict[str, Any]]:
    """The questionnaires that were asked then, and every answer as its field shows it."""
    key = keys.open_keys([visit.enrolment.key_id]).get(visit.enrolment.key_id)
    rows = visit.answers.select_related("version__questionnaire").order_by(
        "version__questionnaire__position", "pk"
    )
    comment = questionnaires.open_text(key, visit, "comment", visit.comment_sealed)
    names = ("held_on", "mode", "timing_reason", "decision", "stop_reason")
    said: dict[str, Any] = {name: getattr(visit, name) for name in names} | {"comment": comment}
    of = questionnaires.whom(visit.enrolment, visit.code)
    parts = []
    for row in rows:
        part = Part(row.version, of)
        parts.append(part)
        texts = questionnaires.open_text(key, visit, part.code, row.texts_sealed)
        values = row.data | (json.loads(texts) if texts else {})
        for item in part.items:
            said[field_name(part.code, item.code)] = items.typed(item, values.get(item.code))
            said[why_name(part.code, item.code)] = row.reasons.get(item.code)
    return parts, said
