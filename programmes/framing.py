"""What the questions of a questionnaire may name today: two queries, for the pure rules."""

from programmes import instruments
from programmes.declared import Entry, Frame
from programmes.models import Questionnaire, QuestionnaireVersion, VisitDefinition


def published_entries(questionnaire: Questionnaire) -> list[Entry]:
    """Every question that was ever published, the oldest version first."""
    versions = QuestionnaireVersion.objects.ever_published().filter(questionnaire=questionnaire)
    ordered = versions.order_by("valid_from", "pk").values_list("definition", flat=True)
    return [entry for definition in ordered for entry in definition]


def visit_codes(questionnaire: Questionnaire) -> list[str]:
    """Of the calendar of the programme, in its order; a code may stand for several periods."""
    rows = VisitDefinition.objects.filter(programme=questionnaire.programme_id)
    ordered = rows.order_by("offset_months", "pk").values_list("code", flat=True)
    return list(dict.fromkeys(ordered))


def frame_of(questionnaire: Questionnaire) -> Frame:
    free = {code for code, one in instruments.by_code().items() if one.is_free}
    return Frame(
        visits=frozenset(visit_codes(questionnaire)),
        instruments=frozenset(free),
        published=tuple(published_entries(questionnaire)),
    )
