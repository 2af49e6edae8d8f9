"""Arithmetic of a dosage: steps to totals, totals to packs. No database, no rounding of doses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import gcd


# Number of distinct sizes mixed. No source: a medicine is sold in one or two sizes.
MAX_SIZES = 4


@dataclass(frozen=True)
class Step:
    """A dose, so many times a day, for so many days.

    As needed: at most so many times a day, and every sum is made of that most.
    """

    # Units (mL, g, tablets) of one intake.
    dose: Decimal
    intakes_per_day: int
    days: int
    as_needed: bool = False

    @property
    def per_day(self) -> Decimal:
        return self.dose * self.intakes_per_day

    @property
    def quantity(self) -> Decimal:
        return self.per_day * self.days


@dataclass(frozen=True)
class Totals:
    """What the steps of one line add up to. Quantities in units of the product, strengths in mg."""

    days: int
    quantity: Decimal
    max_per_day: Decimal
    thc_mg_first: Decimal
    cbd_mg_first: Decimal
    # At the end of the treatment: what the next prescription is compared to.
    thc_mg_last: Decimal
    cbd_mg_last: Decimal
    thc_mg_max: Decimal
    cbd_mg_max: Decimal
    # Over the days of the line; 4 decimals.
    thc_mg_mean: Decimal
    cbd_mg_mean: Decimal


def totals(steps: Sequence[Step], *, thc_mg_per_unit: Decimal, cbd_mg_per_unit: Decimal) -> Totals:
    """Add up the steps of a line, in their order.

    :param steps: at least one
    """
    days = sum(step.days for step in steps)
    quantity = sum((step.quantity for step in steps), Decimal(0))
    highest = max(step.per_day for step in steps)
    mean = quantity / days
    return Totals(
        days=days,
        quantity=quantity,
        max_per_day=highest,
        thc_mg_first=steps[0].per_day * thc_mg_per_unit,
        cbd_mg_first=steps[0].per_day * cbd_mg_per_unit,
        thc_mg_last=steps[-1].per_day * thc_mg_per_unit,
        cbd_mg_last=steps[-1].per_day * cbd_mg_per_unit,
        thc_mg_max=highest * thc_mg_per_unit,
        cbd_mg_max=highest * cbd_mg_per_unit,
        thc_mg_mean=(mean * thc_mg_per_unit).quantize(Decimal("0.0001")),
        cbd_mg_mean=(mean * cbd_mg_per_unit).quantize(Decimal("0.0001")),
    )


def packs_needed(quantity: Decimal, sizes: Iterable[Decimal]) -> dict[Decimal, int]:
    """Return how many packs of each size hold the quantity; packs are never split.

    The mix with the smallest surplus, then the fewest packs; the larger size first on a tie.
    Sizes not used are absent. A bottle cannot be opened to give its rest (domain.md 5.5).
    """
    ordered = sorted(set(sizes), reverse=True)[:MAX_SIZES]
    if not ordered or quantity <= 0:
        return {}
    best: tuple[Decimal, int, tuple[int, ...]] | None = None
    for counts in _mixes(quantity, ordered):
        held = sum((size * n for size, n in zip(ordered, counts, strict=True)), Decimal(0))
        candidate = (held - quantity, sum(counts), tuple(-count for count in counts))
        if best is None or candidate < best:
            best = candidate
    assert best is not None  # noqa: S101 - the mix of the smallest size alone always holds it
    chosen = zip(ordered, (-count for count in best[2]), strict=True)
    return {size: count for size, count in chosen if count}


def _mixes(quantity: Decimal, sizes: Sequence[Decimal]) -> Iterable[tuple[int, ...]]:
    """Every minimal mix that holds the quantity: the last size fills what the others leave."""
    enough = int((max(quantity, Decimal(0)) / sizes[0]).to_integral_value(ROUND_CEILING))
    if len(sizes) == 1:
        yield (enough,)
        return
    for count in range(enough, max(enough - _left_out(sizes), 0) - 1, -1):
        for rest in _mixes(quantity - count * sizes[0], sizes[1:]):
            yield (count, *rest)


def _left_out(sizes: Sequence[Decimal]) -> int:
    """How many of the largest size the best mix may leave to the others, at most.

    As many of a smaller size as make whole packs of the largest are never in it: these are fewer.
    Without this bound a dose mistyped for a year of four sizes is counted for minutes.
    """
    first, *others = (int(size * _DECIMALS) for size in sizes)
    most = sum((first // gcd(first, other) - 1) * other for other in others)
    return -(-most // first)


# Sizes have four decimals.
_DECIMALS = 10_000


def held_by(packs: dict[Decimal, int]) -> Decimal:
    """Units (mL, g, tablets) in all the packs."""
    return sum((size * count for size, count in packs.items()), Decimal(0))


def missing(quantity: Decimal, packs: dict[Decimal, int]) -> Decimal:
    """Units that packs chosen by hand lack to hold the quantity; 0 when they hold it."""
    return max(quantity - held_by(packs), Decimal(0))


def has_spare_pack(quantity: Decimal, packs: dict[Decimal, int]) -> bool:
    """Whether the smallest pack chosen could be left out and the others still hold it all."""
    chosen = {size: count for size, count in packs.items() if count}
    return bool(chosen) and held_by(chosen) - min(chosen) >= quantity
