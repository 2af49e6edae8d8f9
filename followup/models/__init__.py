from followup.models.closing import Dismissal, Letter, LetterReading
from followup.models.patient_link import PatientLink
from followup.models.reminder import DigestChoice, Feed, Reminder, ReminderChoice, ReminderQuerySet
from followup.models.search import Attempt, Search, SearchQuerySet
from followup.models.visit import Answers, Preparation, Visit, VisitQuerySet


__all__ = [
    "Answers",
    "Attempt",
    "DigestChoice",
    "Dismissal",
    "Feed",
    "Letter",
    "LetterReading",
    "PatientLink",
    "Preparation",
    "Reminder",
    "ReminderChoice",
    "ReminderQuerySet",
    "Search",
    "SearchQuerySet",
    "Visit",
    "VisitQuerySet",
]
