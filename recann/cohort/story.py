"""How one fictive patient fares from the first day to the last: drawn once, told by every visit.

No curve of the real registry was published: levels, shares and delays are own choices. They keep
to what is: symptoms that ease while the dose is found, some people whom nothing relieves and who
leave for it, others whom the treatment disturbs.
"""

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from recann.cohort.plan import Course


# The main symptom on the first day, from 0 to 10: mean and spread, by indication.
BASELINES = {
    "DN": (7.4, 0.9),
    "SPAS": (7.0, 0.9),
    "EPI": (6.6, 1.0),
    "ONCO": (6.9, 1.1),
    "PALL": (7.1, 1.2),
}
SYMPTOMS = ("pain", "nausea", "appetite", "anxiety", "sleep")
# Share by which the symptom falls once the dose is found: bounds by how the patient left, those
# of the others last, where one in five is relieved a little only.
RELIEFS = {"INEFFICACY": (0.0, 0.15), "ADVERSE_EVENT": (0.1, 0.45), "DEATH": (0.15, 0.4)}
RELIEVED, HARDLY = (0.3, 0.65), (0.05, 0.25)
HARDLY_SHARE = 0.2
# Months. Before it nothing is felt; then two thirds of the relief within `Story.pace`.
SILENT = 0.2
# Months before a death during which everything grows worse, and by how much.
DECLINE_MONTHS, DECLINE = 3, 2.5
# Days before an exit for an adverse effect during which the treatment is borne badly.
POORLY_DAYS = 60


@dataclass(frozen=True)
class Story:
    """What stays the same from one visit to the next."""

    course: Course
    baseline: float
    relief: float
    # Months in which two thirds of the relief are there.
    pace: float
    # A slow swell of good and bad times: its length in months, where it begins.
    swell: float
    phase: float
    # How far sleep and quality of life are from what the symptom alone would make them.
    sleep: float
    life: float
    weight: float
    symptom: str
    # Seizures in 28 days, paroxysms or spasms a day, for each point of the main symptom.
    rate: float
    # Bears the treatment less well than most.
    is_sensitive: bool
    # One adverse event or two.
    events: tuple[date, ...]

    @property
    def span(self) -> float:
        """Months from the first day to the exit; endless for those who stay."""
        ended = self.course.ended_on
        return (ended - self.course.included_on).days / 30 if ended else math.inf

    def level(self, months: float) -> float:
        """The main symptom, from 0 to 10, before the noise of the day."""
        eased = 1 - math.exp(-max(months - SILENT, 0) / self.pace)
        fall = self.relief * eased * self._kept(months)
        level = self.baseline * (1 - fall)
        if months > 0:
            level += 0.4 * math.sin(2 * math.pi * months / self.swell + self.phase)
        return level + self.decline(months)

    def _kept(self, months: float) -> float:
        """What is left of the relief: it wears off in whom the treatment fails."""
        if self.course.reason != "INEFFICACY" or self.span <= 0:
            return 1
        return 1 - min(max(2 * months / self.span - 1, 0), 1)

    def decline(self, months: float) -> float:
        """Points of the main symptom that the last months add."""
        if self.course.reason != "DEATH":
            return 0
        return DECLINE * min(max((months - self.span) / DECLINE_MONTHS + 1, 0), 1)

    def is_poorly(self, on: date) -> bool:
        """About to leave because of an adverse effect."""
        ended = self.course.ended_on if self.course.reason == "ADVERSE_EVENT" else None
        return ended is not None and on > ended - timedelta(days=POORLY_DAYS)

    def had_event(self, since: date, on: date) -> bool:
        """The day `since` left out, the day `on` included."""
        return any(since < event <= on for event in self.events)


def draw(course: Course, *, sex: str, today: date, drawn: random.Random) -> Story:
    mean, spread = BASELINES[course.group.split("-")[0]]
    return Story(
        course=course,
        baseline=min(max(drawn.gauss(mean, spread), 4), 10),
        relief=drawn.uniform(*_bounds(course, drawn)),
        pace=drawn.uniform(0.8, 2.2),
        swell=drawn.uniform(8, 15),
        phase=drawn.uniform(0, 2 * math.pi),
        sleep=drawn.gauss(0, 0.9),
        life=drawn.gauss(0, 0.8),
        weight=min(max(drawn.gauss(79 if sex == "M" else 66, 11), 42), 125),
        symptom=drawn.choice(SYMPTOMS),
        rate=drawn.uniform(0.6, 3),
        is_sensitive=drawn.random() < 0.2,
        events=_events(course, today, drawn),
    )


def _bounds(course: Course, drawn: random.Random) -> tuple[float, float]:
    if course.reason in RELIEFS:
        return RELIEFS[course.reason]
    return HARDLY if drawn.random() < HARDLY_SHARE else RELIEVED


def _events(course: Course, today: date, drawn: random.Random) -> tuple[date, ...]:
    """The first one is that of the plan; one in three has another."""
    if course.event_on is None:
        return ()
    if drawn.random() < 0.35:
        later = course.event_on + timedelta(days=drawn.randint(20, 200))
        if later < min(course.ended_on or today, today):
            return (course.event_on, later)
    return (course.event_on,)
