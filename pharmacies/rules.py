"""What may be handed over, line by line, and why. Nothing else.

No database, no clock, no request. Days are calendar days. The 3-day rule of narcotics
(`prescriptions.rules.days_due`) counts from the writing, or from the end of the fraction
before, to the presentation; never to the handing over. ADR 0040 and 0041.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    :ivar held_days: last days of the line, not handed over, that earlier packs in excess cover
    :ivar held_after: the day before the first of these; None when it is the end of the supplies
    """

    days: int
    quantity: Decimal
    first_day: int = 0
    fraction_no: int = 1
    lost_days: int = 0
    arithmetic: tuple[str, ...] = ()
    opens_on: date | None = None
    refused: str = ""
    held_days: int = 0
    held_after: date | None = None

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
    # Days handed over of it.
    given: int

    @property
    def allowed(self) -> int:
        return days_due(
            days=self.length, counted_from=self.counted_from, presented_on=self.presented_on
        )

    @property
    def lost(self) -> int:
        return self.length - self.allowed

    @property
    def left(self) -> int:
        return self.allowed - self.given

    @property
    def next_day(self) -> int:
        """Rank in the line of the first day that is left."""
        return self.first_day + self.lost + self.given


@dataclass(frozen=True)
class _Surplus:
    """Units in hand beyond the days given, and the days of the line that they covered whole."""

    units: Decimal = ZERO
    days: int = 0


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
    return covered_from(starts_on - timedelta(days=1), supplies)


def covered_from(end: date, supplies: Sequence[Supply]) -> date:
    """The same, after what already covers until `end`."""
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
    fraction, surplus = _current(line, presented, supplies, on)
    told = (_how_presented(fraction), *words.already(fraction.given))
    if fraction.left <= 0:
        refused = words.finished(supplies[-1].on) if supplies else _too_late(fraction)
        return Due(0, ZERO, fraction_no=fraction.no, arithmetic=told, refused=refused)
    opens_on = fraction.counted_from + timedelta(days=1) if fraction.no > 1 else None
    found = Due(fraction.left, ZERO, fraction.next_day, fraction.no, fraction.lost, told, opens_on)
    return _with_quantity(line, found, surplus)


def _current(
    line: Ordered, presented: Mapping[int, date], supplies: Sequence[Supply], on: date
) -> tuple[_Fraction, _Surplus]:
    """The first fraction of which something is still to be handed over; else the last one.

    The second and following ones are counted from the end of the one before: the last day it
    covers, or would have covered if it was never given. One that an earlier surplus covers whole
    is passed over; what is in hand is used up, too, on the days that a late presentation loses.
    """
    sizes = fractions(line.days, line.fraction_days)
    counted_from, first_day, surplus = line.signed_on, 0, _Surplus()
    held = end = line.starts_on - timedelta(days=1)
    for no, size in enumerate(sizes, 1):
        own = [supply for supply in supplies if supply.fraction_no == no]
        days = sum(supply.days for supply in own)
        at = presented.get(no, on)
        fraction = _Fraction(no, len(sizes), first_day, size, counted_from, at, days)
        surplus = _after(line, fraction, own, surplus)
        covered = no < len(sizes) and _covers(line, fraction.next_day, fraction.left, surplus)
        if fraction.left > 0 and not covered:
            break
        rest = max(fraction.left, 0)
        held = covered_from(held, own) + timedelta(days=rest)
        counted_from = end = held if own else end + timedelta(days=size)
        held = max(held, end) if rest else held
        surplus = _used(line, fraction.next_day, rest, surplus)
        first_day += size
    return fraction, surplus


def _after(line: Ordered, fraction: _Fraction, own: Sequence[Supply], before: _Surplus) -> _Surplus:
    """What is in hand once the days lost have passed and the fraction's supplies have come."""
    kept = before.units - min(
        max(before.units, ZERO), quantity_of(line, fraction.first_day, fraction.lost)
    )
    first = fraction.first_day + fraction.lost
    came = sum((supply.quantity for supply in own), ZERO)
    return replace(before, units=kept + came - quantity_of(line, first, fraction.given))


def _covers(line: Ordered, first_day: int, days: int, surplus: _Surplus) -> bool:
    return days > 0 and surplus.units >= quantity_of(line, first_day, days)


def _used(line: Ordered, first_day: int, days: int, surplus: _Surplus) -> _Surplus:
    """What is in hand once these days have passed on it."""
    return _Surplus(surplus.units - quantity_of(line, first_day, days), surplus.days + days)


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
    most = line.limits.max_supply_days if line.limits else 0
    place, end, surplus = _place(line, supplies, most)
    refused = _ordinary_refusal(line, min([on, *presented.values()]), supplies, on)
    if place >= line.days:
        refused = words.finished(supplies[-1].on)
    if refused:
        return Due(0, ZERO, refused=refused)
    days = min(line.days - place, most)
    opens_on = end + timedelta(days=1) if supplies else None
    told = [
        f"Prescrite pour {words.days(line.days)}, {most} au plus par "
        f"délivrance{words.THIN}: {words.days(days)} à délivrer.",
        *words.already(place - surplus.days),
    ]
    found = Due(days, ZERO, place, max(presented, default=1), 0, tuple(told), opens_on)
    return _with_quantity(line, found, surplus)


def _place(line: Ordered, supplies: Sequence[Supply], most: int) -> tuple[int, date, _Surplus]:
    """How many days of the line have been served, until when, and what is in hand beyond.

    The days that a surplus covers whole, as many as one supply holds, are served by it.
    """
    place, end, surplus = 0, line.starts_on - timedelta(days=1), _Surplus()
    for supply in supplies:
        came = supply.quantity - quantity_of(line, place, supply.days)
        surplus = replace(surplus, units=surplus.units + came)
        place, end = place + supply.days, covered_from(end, [supply])
        while place + most < line.days and _covers(line, place, most, surplus):
            surplus = _used(line, place, most, surplus)
            place, end = place + most, end + timedelta(days=most)
    return place, end, surplus


def _ordinary_refusal(line: Ordered, first_on: date, supplies: Sequence[Supply], on: date) -> str:
    """Why nothing of an ordinary line may leave; empty when something may. Bounds included."""
    if line.limits is None:
        return "Aucune limite de délivrance n’est en vigueur ce jour-là pour ce régime."
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


def _with_quantity(line: Ordered, found: Due, surplus: _Surplus) -> Due:
    """Complete with the units due, told in words; refuse when an earlier surplus covers them."""
    gross = quantity_of(line, found.first_day, found.days)
    net = max(gross - max(surplus.units, ZERO), ZERO)
    told = [*found.arithmetic, _how_much(line, found, gross)]
    if surplus.days:
        told.append(f"Ce qui a été remis en plus a couvert {words.days(surplus.days)}.")
    if surplus.units > 0:
        extra = words.amount(surplus.units, line.unit, line.form)
        told.append(f"Déjà remis en plus{words.THIN}: {extra}, à déduire.")
    if not net:
        refused = "Ce qui a été remis en plus couvre les jours restants. Rien n’est à remettre."
        after = found.opens_on + timedelta(days=found.lost_days - 1) if found.opens_on else None
        held = replace(found, days=0, opens_on=None, held_days=found.days, held_after=after)
        return replace(held, arithmetic=tuple(told), refused=refused)
    return replace(found, quantity=net, arithmetic=tuple(told))


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
