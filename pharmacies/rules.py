"""What may be handed over, line by line, and why. Nothing else.

No database, no clock, no request. Days are calendar days. The 3-day rule of narcotics
(`prescriptions.rules.days_due`) counts from the writing, or from the end of the fraction
before, to the presentation; never to the handing over. ADR 0040 and 0041.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pharmacies import words
from prescriptions.dosage import packs_needed
from prescriptions.rules import (
    PRESENTATION_DAYS,
    days_due,
    first_presentation_limit,
    fractions,
)
from programmes.enums import Form, Unit


# Countable units are given to the unit, their pack being opened (R. 5132-33, practice of [P90]);
# a bottle of oil and a sealed pot of flowers are not. ADR 0041.
SPLITTABLE_UNITS = frozenset({Unit.UNIT})

# Days. «Those served in the last 12 months» (design.md 5).
SERVED_DAYS = 365

ZERO = Decimal(0)
THE_LAW = "CSP art. R. 5132-33"
THE_LISTS = "CSP art. R. 5132-21 à R. 5132-26"


@dataclass(frozen=True)
class Limits:
    """What `programmes.SupplyRule` says of an ordinary line that day."""

    max_supply_days: int
    max_treatment_days: int
    # Months after the writing; None when no text limits the first presentation.
    first_presentation_months: int | None = None


@dataclass(frozen=True)
class Ordered:
    """A line as it was signed. `daily` holds the units of each day, first day first."""

    is_narcotic: bool
    signed_on: date
    starts_on: date
    daily: tuple[Decimal, ...]
    unit: str = Unit.ML
    form: str = Form.OIL
    # Days of a fraction; None for «délivrance en une seule fois».
    fraction_days: int | None = None
    limits: Limits | None = None

    @property
    def days(self) -> int:
        return len(self.daily)


@dataclass(frozen=True)
class Supply:
    """What was already handed over of the line, once. `quantity`: units that left."""

    fraction_no: int
    on: date
    days: int
    quantity: Decimal


@dataclass(frozen=True)
class Due:
    """What may be handed over now.

    :ivar quantity: units for these days, less what earlier unsplit packs held in excess
    :ivar first_day: rank in the line of the first of these days, from 0
    :ivar opens_on: first day they may leave without a reason; None when any day will do
    :ivar refused: why nothing may leave, in French; empty when something may
    """

    days: int
    quantity: Decimal
    first_day: int = 0
    fraction_no: int = 1
    lost_days: int = 0
    arithmetic: tuple[str, ...] = ()
    opens_on: date | None = None
    refused: str = ""

    def is_early(self, on: date) -> bool:
        return self.opens_on is not None and on < self.opens_on


@dataclass(frozen=True)
class _Fraction:
    """A fraction, its place in the line and the day its three days are counted from."""

    no: int
    count: int
    first_day: int
    length: int
    counted_from: date
    presented_on: date

    @property
    def allowed(self) -> int:
        return days_due(
            days=self.length, counted_from=self.counted_from, presented_on=self.presented_on
        )

    @property
    def lost(self) -> int:
        return self.length - self.allowed


def due(
    line: Ordered, *, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> Due:
    """Return what of the line may leave the pharmacy on that day.

    :param presented: day of presentation of each fraction; one that is absent is presented `on`
    :param supplies: everything already handed over, in the order of time
    """
    if line.is_narcotic:
        return _narcotic(line, presented, supplies, on)
    return _ordinary(line, presented, supplies, on)


def covered_until(starts_on: date, supplies: Sequence[Supply]) -> date | None:
    """Last day of treatment in the patient's hands, in the order they were handed over.

    Each supply begins the day it is handed over, or the day after the one before ends.
    """
    if not supplies:
        return None
    end = starts_on - timedelta(days=1)
    for supply in supplies:
        end = max(end, supply.on - timedelta(days=1)) + timedelta(days=supply.days)
    return end


def served_after(today: date) -> date:
    """Patients handed something over after that day are still served by the pharmacy."""
    return today - timedelta(days=SERVED_DAYS)


# --- Narcotic lines --------------------------------------------------------------------------


def _narcotic(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> Due:
    fraction, given = _current(line, presented, supplies, on)
    left = fraction.allowed - given
    told = (_how_presented(fraction), *_already(given))
    if left <= 0:
        refused = _finished(supplies) if supplies else _too_late(fraction)
        return Due(0, ZERO, fraction_no=fraction.no, arithmetic=told, refused=refused)
    first_day = fraction.first_day + fraction.lost + given
    opens_on = fraction.counted_from + timedelta(days=1) if fraction.no > 1 else None
    found = Due(left, ZERO, first_day, fraction.no, fraction.lost, told, opens_on)
    return _with_quantity(line, found, supplies, _consumed(line, presented, supplies, on))


def _fractions(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> list[_Fraction]:
    """Every fraction; the whole line is the only one when it is given in one go.

    The second and following ones are counted from the end of the one before: the last day it
    covers, or would have covered if it was never given.
    """
    sizes = fractions(line.days, line.fraction_days)
    counted_from, end = line.signed_on, line.starts_on - timedelta(days=1)
    found, first_day = [], 0
    for no, size in enumerate(sizes, 1):
        at = presented.get(no, on)
        found.append(_Fraction(no, len(sizes), first_day, size, counted_from, at))
        given = [supply for supply in supplies if supply.fraction_no <= no]
        of_this_one = any(supply.fraction_no == no for supply in given)
        reached = covered_until(line.starts_on, given) if of_this_one else None
        counted_from = end = reached or end + timedelta(days=size)
        first_day += size
    return found


def _current(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> tuple[_Fraction, int]:
    """The first fraction of which something is still due, and the days given of it.

    When there is none: the last one.
    """
    for fraction in _fractions(line, presented, supplies, on):
        given = sum(supply.days for supply in supplies if supply.fraction_no == fraction.no)
        if given < fraction.allowed:
            break
    return fraction, given


def _how_presented(fraction: _Fraction) -> str:
    first, second = words.two_dates(fraction.counted_from, fraction.presented_on)
    start = f"Écrite le {first}, présentée le {second}"
    if fraction.no > 1:
        start = (
            f"Fraction {fraction.no} sur {fraction.count}, la précédente allant jusqu’au {first}, "
            f"présentée le {second}"
        )
    elif fraction.count > 1:
        start = f"Fraction 1 sur {fraction.count}, écrite le {first}, présentée le {second}"
    if not fraction.lost:
        within = f"dans les {PRESENTATION_DAYS} jours, "
        return f"{start}{words.THIN}: {within}{words.days(fraction.allowed)} à délivrer."
    lost = words.days(fraction.lost)
    verb = "perdu" if fraction.lost == 1 else "perdus"
    return f"{start}{words.THIN}: {lost} {verb}, {words.days(fraction.allowed)} à délivrer."


def _too_late(fraction: _Fraction) -> str:
    delay = (fraction.presented_on - fraction.counted_from).days
    return (
        f"Présentée {words.days(delay)} après sa date{words.THIN}: "
        f"il ne reste aucun jour à délivrer ({THE_LAW}). Une nouvelle ordonnance est nécessaire."
    )


# --- Ordinary lines --------------------------------------------------------------------------


def _ordinary(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> Due:
    given = sum(supply.days for supply in supplies)
    refused = _ordinary_refusal(line, min([on, *presented.values()]), supplies, on)
    if refused or line.limits is None:
        return Due(0, ZERO, refused=refused)
    days = min(line.days - given, line.limits.max_supply_days)
    reached = covered_until(line.starts_on, supplies)
    opens_on = reached + timedelta(days=1) if reached else None
    told = [
        f"Prescrite pour {words.days(line.days)}, {line.limits.max_supply_days} au plus par "
        f"délivrance{words.THIN}: {words.days(days)} à délivrer.",
        *_already(given),
    ]
    found = Due(days, ZERO, given, max(presented, default=1), 0, tuple(told), opens_on)
    return _with_quantity(line, found, supplies, sum(line.daily[:given], ZERO))


def _ordinary_refusal(line: Ordered, first_on: date, supplies: Sequence[Supply], on: date) -> str:
    """Why nothing of an ordinary line may leave; empty when something may. Bounds included."""
    if line.limits is None:
        return "Aucune limite de délivrance n’est en vigueur ce jour-là pour ce régime."
    if sum(supply.days for supply in supplies) >= line.days:
        return _finished(supplies)
    months = line.limits.first_presentation_months
    if (
        months is not None
        and not supplies
        and first_on > first_presentation_limit(line.signed_on, months)
    ):
        return (
            f"Première présentation plus de {months} mois après la date de l’ordonnance "
            f"({THE_LISTS}). Une nouvelle ordonnance est nécessaire."
        )
    last = line.signed_on + timedelta(days=line.limits.max_treatment_days)
    if on > last:
        return (
            f"Cette ordonnance ne s’exécute plus après le {words.in_full(last)} ({THE_LISTS}). "
            "Une nouvelle ordonnance est nécessaire."
        )
    return ""


# --- Quantities ------------------------------------------------------------------------------


def quantity_of(line: Ordered, first_day: int, days: int) -> Decimal:
    """Units of so many days of the line, steps of dosage followed."""
    return sum(line.daily[first_day : first_day + days], ZERO)


def _consumed(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> Decimal:
    """Units of the days already given, without what packs held in excess."""
    total = ZERO
    for fraction in _fractions(line, presented, supplies, on):
        given = sum(supply.days for supply in supplies if supply.fraction_no == fraction.no)
        total += quantity_of(line, fraction.first_day + fraction.lost, given)
    return total


def _with_quantity(line: Ordered, found: Due, supplies: Sequence[Supply], consumed: Decimal) -> Due:
    """Complete with the units due, told in words; refuse when an earlier surplus covers them."""
    gross = quantity_of(line, found.first_day, found.days)
    surplus = max(sum((supply.quantity for supply in supplies), ZERO) - consumed, ZERO)
    net = max(gross - surplus, ZERO)
    told = [*found.arithmetic, _how_much(line, found, gross)]
    refused = ""
    if surplus:
        extra = words.amount(surplus, line.unit, line.form)
        told.append(f"Déjà remis en plus{words.THIN}: {extra}, à déduire.")
    if not net:
        refused = "Ce qui a été remis en plus couvre les jours restants. Rien n’est à remettre."
    return Due(
        days=found.days if net else 0,
        quantity=net,
        first_day=found.first_day,
        fraction_no=found.fraction_no,
        lost_days=found.lost_days,
        arithmetic=tuple(told),
        opens_on=found.opens_on if net else None,
        refused=refused,
    )


def net_of(line: Ordered, found: Due, days: int) -> Decimal:
    """Units due for the first `days` of what is due, earlier surplus deducted."""
    deducted = quantity_of(line, found.first_day, found.days) - found.quantity
    return max(quantity_of(line, found.first_day, days) - deducted, ZERO)


def days_covered(line: Ordered, found: Due, quantity: Decimal) -> int:
    """How many of the days due a quantity is enough for."""
    return max(n for n in range(found.days + 1) if net_of(line, found, n) <= quantity)


def choose_packs(quantity: Decimal, sizes: Sequence[Decimal]) -> list[int]:
    """How many packs of each size hold the quantity, in the order of `sizes`.

    Two packs of one size: the first is taken.
    """
    chosen = packs_needed(quantity, sizes)
    return [chosen.pop(size, 0) for size in sizes]


def excess_pack(quantity: Decimal, sizes: Sequence[Decimal]) -> bool:
    """Whether one of these packs could stay on the shelf: without it there is still enough."""
    return bool(sizes) and sum(sizes, ZERO) - min(sizes) >= quantity


# --- Words -----------------------------------------------------------------------------------


def _how_much(line: Ordered, found: Due, gross: Decimal) -> str:
    doses = set(line.daily[found.first_day : found.first_day + found.days])
    total = words.amount(gross, line.unit, line.form)
    if len(doses) == 1:
        dose = words.amount(doses.pop(), line.unit, line.form)
        return f"{words.days(found.days)} à {dose} par jour{words.THIN}: {total}."
    return f"{words.days(found.days)}, palier par palier{words.THIN}: {total}."


def _already(given: int) -> tuple[str, ...]:
    if not given:
        return ()
    verb = "délivré" if given == 1 else "délivrés"
    return (f"Déjà {verb}{words.THIN}: {words.days(given)}.",)


def _finished(supplies: Sequence[Supply]) -> str:
    on = words.in_full(supplies[-1].on)
    return f"Tout est déjà délivré, en dernier lieu le {on}. Rien ne reste à délivrer."
