"""What the law says of adverse events: what is serious, who is told, how fast.

No database, no clock, no request.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vigilance.enums import Network, Outcome, Seriousness, Situation


# Days a row waits before the queue says that it is late. No legal source: the law says «sans
# délai» (CSP art. R. 5121-161, from memory), ADR 0052.
LATE_AFTER_DAYS = 3


def is_serious(criteria: Collection[str]) -> bool:
    """Serious when at least one criterion is met. CSP art. R. 5121-152 (from memory)."""
    return bool(criteria)


@dataclass(frozen=True)
class Duty:
    """A declaration that the law asks for: to whom, by when, and where it says so."""

    network: Network
    words: str
    source: str


_CRPV = Duty(
    Network.CRPV,
    "Déclarer sans délai tout effet indésirable suspecté, grave ou non, attendu ou non.",
    "CSP art. L. 5121-25 et R. 5121-161 (de mémoire)",
)
_CEIP = Duty(
    Network.CEIP_A,
    "Déclarer sans délai tout cas d’abus ou de pharmacodépendance grave.",
    "CSP art. R. 5132-113 et R. 5132-114 (de mémoire)",
)


def duties(situations: Collection[str]) -> list[Duty]:
    """The declarations to make: always to the CRPV, to the CEIP-A for abuse or dependence."""
    return [_CRPV, _CEIP] if Situation.ABUSE in situations else [_CRPV]


def networks(situations: Collection[str]) -> list[Network]:
    return [duty.network for duty in duties(situations)]


def missing_networks(situations: Collection[str], declared: Collection[str]) -> list[Network]:
    """The networks still to be told."""
    return [network for network in networks(situations) if network not in declared]


def is_late(known_on: date, today: date) -> bool:
    """Whether an event that is not declared has waited too long since it was known."""
    return (today - known_on).days > LATE_AFTER_DAYS


# Outcomes that say the event is over: an end date may be given.
ENDED = (Outcome.RECOVERED, Outcome.SEQUELAE, Outcome.FATAL)


@dataclass(frozen=True)
class Dates:
    """The days of an event."""

    occurred_on: date
    known_on: date
    ended_on: date | None = None


def date_problems(
    dates: Dates, *, today: date, born_in: int = 0, died_on: date | None = None
) -> dict[str, str]:
    """Return what is wrong, by field. Days may be equal; none is after today, nor after a death.

    :param born_in: year of birth; 0 when it is not known here
    """
    problems = {}
    if dates.occurred_on > today:
        problems["occurred_on"] = "Un effet à venir ne se signale pas."
    elif died_on and dates.occurred_on > died_on:
        problems["occurred_on"] = (
            f"Le décès est enregistré au {died_on:%d/%m/%Y}\u202f: un effet ne survient pas après."
        )
    elif dates.occurred_on.year < born_in:
        problems["occurred_on"] = "Cette date précède la naissance du patient."
    if dates.known_on > today:
        problems["known_on"] = "Cette date est à venir."
    elif dates.known_on < dates.occurred_on:
        problems["known_on"] = "L’effet n’a pas pu être connu avant de survenir."
    if dates.ended_on and dates.ended_on < dates.occurred_on:
        problems["ended_on"] = "La fin ne peut pas précéder le début."
    elif dates.ended_on and dates.ended_on > today:
        problems["ended_on"] = "Cette date est à venir."
    return problems


def precedes_treatment(occurred_on: date, first_treated_on: date | None) -> bool:
    """Whether an event came before the first prescription: told, since it may be another cause."""
    return first_treated_on is None or occurred_on < first_treated_on


def gravity_problem(criteria: Collection[str], outcome: str) -> str:
    """A death is both an outcome and a criterion: one does not go without the other."""
    died, met = outcome == Outcome.FATAL, Seriousness.DEATH in criteria
    if died and not met:
        return "L’évolution est un décès\u202f: cochez le critère «\u202fDécès\u202f»."
    if met and not died:
        return "Le critère «\u202fDécès\u202f» suppose une évolution «\u202fDécès\u202f»."
    return ""


@dataclass(frozen=True)
class Dose:
    """A step of a dosage: units taken at once, times a day, days."""

    dose: Decimal
    intakes_per_day: int
    days: int


def units_per_day(steps: Sequence[Dose], day: int) -> Decimal:
    """Return the units taken on the day-th day of a treatment, 0 being the first.

    Before the first day and after the last, nothing is taken.
    """
    if day < 0:
        return Decimal(0)
    for step in steps:
        if day < step.days:
            return step.dose * step.intakes_per_day
        day -= step.days
    return Decimal(0)


def place_in_queue(*, serious: bool, missing: Collection[str], known_on: date, today: date) -> str:
    """One word of the queue's state: «DECLARED», «LATE» or «TO_DECLARE»."""
    if not missing:
        return "DECLARED"
    return "LATE" if serious and is_late(known_on, today) else "TO_DECLARE"
