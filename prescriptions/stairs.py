"""Steps of a titration or of a weaning, from a template. Pure: doses in, steps out.

Templates are data with their source (`prescriptions/data/plan_templates.json`, ADR 0034): none is
law, and every step stays editable.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cache
from itertools import groupby
from pathlib import Path

from prescriptions.dosage import Step
from prescriptions.enums import Cannabinoid, PlanKind
from programmes.enums import Unit


FILE = Path(__file__).resolve().parent / "data/plan_templates.json"

# Units of one intake that can be measured: a pipette of an oil, a scale, a whole tablet.
MEASURABLE = {Unit.ML: Decimal("0.05"), Unit.G: Decimal("0.05"), Unit.UNIT: Decimal(1)}


@dataclass(frozen=True)
class Template:
    """A titration by mg a day, or a weaning by percent of the first dose."""

    code: str
    kind: PlanKind
    label: str
    days: int
    source: str
    cannabinoid: Cannabinoid = Cannabinoid.ANY
    start_mg: Decimal = Decimal(0)
    step_mg: Decimal = Decimal(0)
    most_mg: Decimal = Decimal(0)
    percent: int = 0


@cache
def templates() -> dict[str, Template]:
    """Every template, by code, in the order of the file."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return {row["code"]: _template(row) for row in rows}


def _template(row: dict[str, str]) -> Template:
    amounts = {
        name: Decimal(row[name]) for name in ("start_mg", "step_mg", "most_mg") if name in row
    }
    return Template(
        code=row["code"],
        kind=PlanKind(row["kind"]),
        label=row["label"],
        days=int(row["days"]),
        source=row["source"],
        cannabinoid=Cannabinoid(row.get("cannabinoid", Cannabinoid.ANY)),
        percent=int(row.get("percent", 0)),
        **amounts,
    )


def titration(
    template: Template, *, mg_per_unit: Decimal, intakes: int, unit: Unit, most_mg: Decimal
) -> list[Step]:
    """Steps up, to `most_mg` a day, which is reached and never passed.

    Doses are rounded down to what can be measured, the first one up so that it is not zero; steps
    of the same dose are one.
    """
    doses: list[Decimal] = []
    mg = min(template.start_mg, most_mg)
    while True:
        doses.append(_measured(mg / mg_per_unit / intakes, unit, up=not doses))
        if mg >= most_mg:
            break
        mg = min(mg + template.step_mg, most_mg)
    return _steps(doses, intakes, template.days)


def weaning(template: Template, *, dose: Decimal, intakes: int, unit: Unit) -> list[Step]:
    """Steps down from a dose, by so much of it each time, until nothing is left.

    The first step is already lower; doses are rounded up to what can be measured, so that no step
    falls faster than the template says.
    """
    left = range(100 - template.percent, 0, -template.percent)
    doses = [_measured(dose * percent / 100, unit, up=True) for percent in left]
    return _steps([min(one, dose) for one in doses], intakes, template.days)


def _measured(dose: Decimal, unit: Unit, *, up: bool) -> Decimal:
    smallest = MEASURABLE[unit]
    rounding = ROUND_UP if up else ROUND_DOWN
    return max((dose / smallest).to_integral_value(rounding) * smallest, smallest)


def _steps(doses: Iterable[Decimal], intakes: int, days: int) -> list[Step]:
    return [Step(dose, intakes, days * len(list(same))) for dose, same in groupby(doses)]


# --- Parts -----------------------------------------------------------------------------------


def part(steps: Sequence[Step], *, skip: int, days: int) -> tuple[Step, ...]:
    """The steps that fall into `days` days after the first `skip` ones: one prescription of a plan.

    >>> part([Step(Decimal(1), 2, 10), Step(Decimal(2), 2, 30)], skip=7, days=28)
    (Step(dose=Decimal('1'), ..., days=3, ...), Step(dose=Decimal('2'), ..., days=25, ...))
    """
    return tuple(_cut(steps, skip, skip + days))


def _cut(steps: Sequence[Step], first: int, end: int) -> Iterator[Step]:
    begins = 0
    for step in steps:
        inside = min(begins + step.days, end) - max(begins, first)
        if inside > 0:
            yield Step(step.dose, step.intakes_per_day, inside, step.as_needed)
        begins += step.days
