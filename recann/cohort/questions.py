"""A version of a questionnaire in preparation: the manager of the demonstration has begun it."""

from datetime import datetime, timedelta

from accounts.models import Member
from programmes.actions import questions
from programmes.actions.questions import Facts
from programmes.models import Programme, QuestionnaireVersion


# Days after the demonstration is loaded.
AHEAD_DAYS = 30

WORST = {
    "code": "worst_pain",
    "label": "Pire douleur",
    "kind": "number",
    "min": "0",
    "max": "10",
    "required": True,
    "help": "De 0 (aucune) à 10 (la pire imaginable), sur les 7 derniers jours",
    "instrument": "NRS",
    "missing": ["NOT_DONE", "UNKNOWN", "REFUSED"],
    "compare": {"is": "at_least", "with": "pain", "source": "Règle du registre"},
}


def add(manager: Member, *, evening: datetime) -> None:
    """In the transaction that loaded the demonstration."""
    today = manager.site.local_day(evening)
    theirs = QuestionnaireVersion.objects.in_force(today).filter(
        questionnaire__programme__in=Programme.objects.visible_to(manager),
        questionnaire__code="douleur",
    )
    for version in theirs.order_by("-questionnaire__programme__opens_on", "pk")[:1]:
        draft = questions.draft_questions(version, by=manager, on=today)
        questions.write_question(draft, WORST, by=manager)
        first = today + timedelta(days=AHEAD_DAYS)
        facts = Facts(draft.version, first, "Comité scientifique de la démonstration (fictif)")
        questions.set_facts(draft, facts, by=manager)
