from followup.models.search import Attempt, Search, SearchQuerySet
from followup.models.visit import Answers, Preparation, Visit, VisitQuerySet


__all__ = [
    "Answers",
    "Attempt",
    "Preparation",
    "Search",
    "SearchQuerySet",
    "Visit",
    "VisitQuerySet",
]
