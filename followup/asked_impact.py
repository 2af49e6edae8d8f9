"""How many visits to come a version of a questionnaire will be asked at: counted, never written."""

from dataclasses import dataclass

from django.db.models import Count, F, Min, Q

from followup.enums import VisitStatus
from followup.models import Visit, VisitQuerySet
from patients.models import Enrolment
from programmes.enums import VisitKind
from programmes.models import QuestionnaireVersion


# What no calendar planned has no code.
SIMPLE = "Consultations simples"


@dataclass(frozen=True)
class Asked:
    """Visits planned from its first day on, by code; those whose window only reaches it."""

    by_code: list[tuple[str, int]]
    perhaps: int

    @property
    def planned(self) -> int:
        return sum(count for _, count in self.by_code)


def of(version: QuestionnaireVersion) -> Asked:
    """Two queries, whatever the number of patients."""
    first = version.valid_from
    rows = list(
        _concerned(version)
        .values("code")
        .annotate(
            planned=Count("pk", filter=Q(due_on__gte=first)),
            perhaps=Count("pk", filter=Q(due_on__lt=first)),
            month=Min("definition__offset_months"),
        )
        .order_by(F("month").asc(nulls_last=True), "code")
    )
    by_code = [(row["code"] or SIMPLE, row["planned"]) for row in rows if row["planned"]]
    return Asked(by_code, sum(row["perhaps"] for row in rows))


def _concerned(version: QuestionnaireVersion) -> VisitQuerySet:
    """Planned visits of patients followed, that may be held on its first day or later."""
    questionnaire = version.questionnaire
    followed = Enrolment.objects.live().filter(programme=questionnaire.programme_id)
    if indications := [one.pk for one in questionnaire.indications.all()]:
        followed = followed.filter(indication__in=indications)
    visits = Visit.objects.filter(
        enrolment__in=followed, status=VisitStatus.PLANNED, closes_on__gte=version.valid_from
    )
    if version.valid_to is not None:
        visits = visits.filter(due_on__lte=version.valid_to)
    if not questionnaire.at_simple_visits:
        visits = visits.filter(kind=VisitKind.COMPLEX)
    return visits
