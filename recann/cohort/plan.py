"""Who enters and leaves the demonstration cohort, and when: pure, deterministic, exact.

Between two checkpoints the numbers of inclusions and exits are forced by the published figures;
only who and which day are drawn, from a fixed seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from recann.cohort.figures import CHECKPOINTS, GROUPS, WITH_EVENT, WITH_EVENT_ON, Checkpoint


SEED = 20210326

# How much more often a group leaves than neuropathic pain (own choice: no figure published).
HAZARDS = (1.0, 0.9, 0.6, 1.8, 2.4, 1.1)

# Shares of the exits of a period when none is published; the rest has another reason.
EARLY_SHARES = {"ADVERSE_EVENT": 0.38, "INEFFICACY": 0.37, "DEATH": 0.15}
LATE_SHARES = {"ADVERSE_EVENT": 0.15, "INEFFICACY": 0.30, "DEATH": 0.15}
OTHER_REASONS = (
    "PATIENT_CHOICE",
    "PATIENT_CHOICE",
    "LOST_TO_FOLLOWUP",
    "CONTRAINDICATION",
    "DOCTOR_DECISION",
    "SUPPLY",
)
# Groups whose exits are deaths first.
OFTEN_FATAL = ("PALL", "ONCO")


@dataclass
class Course:
    """One patient: in, treated, out, and the first adverse event."""

    group: str
    included_on: date
    treated_on: date
    ended_on: date | None = None
    reason: str = ""
    event_on: date | None = None


def plan() -> list[Course]:
    """The whole cohort, in the order of inclusion."""
    drawn = random.Random(SEED)  # noqa: S311  a demonstration, not a secret
    first = Course("DN", CHECKPOINTS[0].on, CHECKPOINTS[0].on)
    everyone, exits = [first], {"ADVERSE_EVENT": 0, "INEFFICACY": 0, "DEATH": 0, "all": 0}
    for before, after in pairwise(CHECKPOINTS):
        leaving = _period(everyone, before, after, drawn)
        _give_reasons(leaving, after, exits, drawn)
    _give_events(everyone, drawn)
    return sorted(everyone, key=lambda one: one.included_on)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole parts of a total in proportion to the weights: largest remainders."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


# --- A period --------------------------------------------------------------------------------


def _period(
    everyone: list[Course], before: Checkpoint, after: Checkpoint, drawn: random.Random
) -> list[Course]:
    """Let patients in and out between two checkpoints; return those who left."""
    live = [[one for one in everyone if one.group == g and not one.ended_on] for g in GROUPS]
    entering = apportion(after.entering, _shares(after))
    wanted = [a + e for a, e in zip(apportion(after.active, _shares(after)), entering, strict=True)]
    leaving = _exits([len(group) for group in live], wanted, after.included - before.included)
    arriving = [w - len(g) + out for w, g, out in zip(wanted, live, leaving, strict=True)]
    dates = _working_days(before.on, after.on, sum(arriving), drawn)
    left: list[Course] = []
    for rank, group in enumerate(GROUPS):
        days = sorted(dates.pop() for _ in range(arriving[rank]))
        fresh = [Course(group, day, _treated(day, after.on, drawn)) for day in days]
        for late in fresh[len(fresh) - entering[rank] :]:
            late.treated_on = after.on + timedelta(days=drawn.randint(1, 7))
        everyone += fresh
        candidates = [one for one in live[rank] + fresh if one.treated_on <= after.on]
        left += _leave(candidates, leaving[rank], before.on, after.on, drawn)
    return left


def _shares(checkpoint: Checkpoint) -> tuple[int, ...]:
    """Published groups of that day, else of the nearest day that has some."""
    if checkpoint.groups:
        return checkpoint.groups
    published = [one for one in CHECKPOINTS if one.groups]
    return min(published, key=lambda one: abs((one.on - checkpoint.on).days)).groups


def _exits(present: list[int], wanted: list[int], arriving: int) -> list[int]:
    """Exits of each group, such that no group has less than no inclusion."""
    total = arriving - (sum(wanted) - sum(present))
    weights = [
        hazard * (now + then) for hazard, now, then in zip(HAZARDS, present, wanted, strict=True)
    ]
    exits = apportion(total, weights)
    for rank in range(len(exits)):
        while exits[rank] < present[rank] - wanted[rank]:
            giver = max(range(len(exits)), key=lambda i: exits[i] - max(present[i] - wanted[i], 0))
            exits[giver] -= 1
            exits[rank] += 1
    return exits


def _working_days(after: date, until: date, count: int, drawn: random.Random) -> list[date]:
    """Days drawn between two dates, the first excluded: Monday to Friday, in any order."""
    span = [after + timedelta(days=n + 1) for n in range((until - after).days)]
    open_days = [day for day in span if day.weekday() < 5]
    return [drawn.choice(open_days) for _ in range(count)]


def _treated(included_on: date, until: date, drawn: random.Random) -> date:
    """The first prescription: mostly that day, sometimes within the week, never past `until`."""
    later = included_on + timedelta(days=drawn.choice((0, 0, 0, 0, 0, 0, 1, 2, 5)))
    return min(later, until)


def _leave(
    candidates: list[Course], count: int, after: date, until: date, drawn: random.Random
) -> list[Course]:
    """Let `count` treated patients leave: those who came long ago before those who just came."""
    drawn.shuffle(candidates)
    candidates.sort(key=lambda one: (until - one.treated_on).days < 15)
    leaving = candidates[:count]
    for one in leaving:
        earliest = max(after + timedelta(days=1), min(one.treated_on + timedelta(days=10), until))
        one.ended_on = earliest + timedelta(days=drawn.randint(0, (until - earliest).days))
    return leaving


# --- Why, and what happened ------------------------------------------------------------------


def _give_reasons(
    leaving: list[Course], after: Checkpoint, exits: dict[str, int], drawn: random.Random
) -> None:
    """Reach the cumulative numbers of the checkpoint; `exits` counts along."""
    exits["all"] += len(leaving)
    shares = EARLY_SHARES if after.on < date(2022, 4, 1) else LATE_SHARES
    queue = sorted(leaving, key=lambda one: (one.group not in OFTEN_FATAL, drawn.random()))
    for reason in ("DEATH", "ADVERSE_EVENT", "INEFFICACY"):
        if after.exits:
            count = after.exits[reason] - exits[reason]
        elif after.on < date(2022, 4, 1):
            count = round(shares[reason] * exits["all"]) - exits[reason]
        else:
            count = round(shares[reason] * len(leaving))
        exits[reason] += count
        for _ in range(count):
            queue.pop(0).reason = reason
        drawn.shuffle(queue)
    for one in queue:
        one.reason = drawn.choice(OTHER_REASONS)


def _give_events(everyone: list[Course], drawn: random.Random) -> None:
    """Exactly `WITH_EVENT` patients have a first adverse event by `WITH_EVENT_ON`."""
    needed = WITH_EVENT
    for one in everyone:
        if one.reason == "ADVERSE_EVENT" and one.ended_on:
            length = (one.ended_on - one.treated_on).days
            one.event_on = one.ended_on - timedelta(days=drawn.randint(0, min(length, 20)))
            needed -= one.event_on <= WITH_EVENT_ON
    others = [one for one in everyone if not one.event_on and one.treated_on < WITH_EVENT_ON]
    for one in drawn.sample(others, needed):
        last = min(one.ended_on or WITH_EVENT_ON, WITH_EVENT_ON)
        length = max((last - one.treated_on).days, 0)
        one.event_on = one.treated_on + timedelta(days=int(length * drawn.random() ** 2))
