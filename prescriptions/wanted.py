"""What a prescriber wants, before or after it is saved: the same shape for the form, the checks,
the acts and the document."""

import json
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from prescriptions import texts
from prescriptions.dosage import Step, Totals, packs_needed, totals
from prescriptions.models import Line, Prescription
from programmes.models import Pack, Product


@dataclass(frozen=True)
class Switch:
    """Which medicine the line takes the place of, and the daily mg it gave at its end."""

    product: Product
    # Of `programmes.SupplyLevel`.
    reason: str
    thc_mg: Decimal
    cbd_mg: Decimal


@dataclass(frozen=True)
class WantedLine:
    """One medicine and its dosage in steps."""

    product: Product
    steps: tuple[Step, ...]
    instructions: str = ""
    # Packs chosen by hand, with their count; empty when they are computed.
    own_packs: tuple[tuple[Pack, int], ...] = ()
    switch: Switch | None = None

    @property
    def totals(self) -> Totals:
        return totals(
            self.steps,
            thc_mg_per_unit=self.product.thc_mg_per_unit,
            cbd_mg_per_unit=self.product.cbd_mg_per_unit,
        )


@dataclass(frozen=True)
class Wanted:
    """A prescription as it is typed; `fraction_days` empty for «délivrance en une seule fois»."""

    lines: tuple[WantedLine, ...]
    starts_on: date
    fraction_days: int | None = None
    has_mention: bool = False
    note: str = ""

    @property
    def days(self) -> int:
        """Days of the longest line."""
        return max(line.totals.days for line in self.lines)


def of(prescription: Prescription) -> Wanted:
    """What a saved prescription says: its free text is empty once the key is destroyed."""
    lines = (
        prescription.lines.select_related("product", "replaces_product")
        .prefetch_related("steps", "packs__pack")
        .order_by("position")
    )
    return of_lines(prescription, list(lines))


def of_lines(prescription: Prescription, lines: list[Line]) -> Wanted:
    """The same from lines already loaded, with `product`, `steps` and `packs`."""
    opened = texts.read(prescription, lines)
    return Wanted(
        lines=tuple(
            WantedLine(
                line.product,
                _steps(line),
                opened.instructions[line.position],
                _own_packs(line),
                _switch(line),
            )
            for line in lines
        ),
        starts_on=prescription.starts_on,
        fraction_days=prescription.fraction_days,
        has_mention=prescription.has_overlap_mention,
        note=opened.note,
    )


def _steps(line: Line) -> tuple[Step, ...]:
    ordered = sorted(line.steps.all(), key=lambda step: step.position)
    return tuple(step.as_step for step in ordered)


def _own_packs(line: Line) -> tuple[tuple[Pack, int], ...]:
    if not line.has_own_packs:
        return ()
    chosen = sorted(line.packs.all(), key=lambda held: (-held.pack.quantity, held.pack_id))
    return tuple((held.pack, held.count) for held in chosen)


def _switch(line: Line) -> Switch | None:
    if line.replaces_product is None:
        return None
    thc, cbd = line.replaced_thc_mg or Decimal(0), line.replaced_cbd_mg or Decimal(0)
    return Switch(line.replaces_product, line.replace_reason, thc, cbd)


def again(wanted: "Wanted", **changes: Any) -> "Wanted":
    """The same treatment for another prescription: what was replaced is not replaced again."""
    lines = tuple(replace(line, switch=None) for line in wanted.lines)
    return replace(wanted, lines=lines, has_mention=False, **changes)


def packs_for(quantity: Decimal, packs: list[Pack]) -> list[tuple[Pack, int]]:
    """The packs that hold the quantity, the largest first: never split, smallest surplus."""
    by_size = {pack.quantity: pack for pack in packs}
    return [(by_size[size], count) for size, count in packs_needed(quantity, by_size).items()]


def content(wanted: Wanted) -> str:
    """Canonical text of all that is signed: two prescriptions that differ differ here."""
    lines = [
        {
            "product": line.product.code,
            "thc": str(line.product.thc_mg_per_unit),
            "cbd": str(line.product.cbd_mg_per_unit),
            "steps": [
                [format(step.dose.normalize(), "f"), step.intakes_per_day, step.days]
                + ["as needed"] * step.as_needed
                for step in line.steps
            ],
            "packs": [[format(p.quantity.normalize(), "f"), n] for p, n in line.own_packs],
            "replaces": line.switch.product.code if line.switch else "",
            "instructions": line.instructions,
        }
        for line in wanted.lines
    ]
    return json.dumps(
        {
            "lines": lines,
            "starts_on": wanted.starts_on.isoformat(),
            "fraction_days": wanted.fraction_days,
            "mention": wanted.has_mention,
            "note": wanted.note,
        },
        sort_keys=True,
    )
