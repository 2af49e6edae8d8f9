"""What stands in the fields of the prescription form, as text: lines of steps in flat names.

`lines=2`, `line-0-product`, `line-0-steps=1`, `line-0-step-0-dose`, … The same text comes from a
browser, from a kept draft, or from a saved prescription.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.numbers import french_number
from prescriptions.dosage import MAX_SIZES
from prescriptions.wanted import Wanted, WantedLine
from programmes.models import Pack


# No legal source: six medicines on one sheet, a titration of twelve steps.
MAX_LINES, MAX_STEPS = 6, 12
# Figures of a count: more is refused by `int`.
_FIGURES = 4
STEP_FIELDS = ("dose", "intakes", "days", "as_needed")
# One count a size of pack, the largest first.
PACK_FIELDS = tuple(f"pack_{rank}" for rank in range(MAX_SIZES))
LINE_FIELDS = ("product", "instructions", "has_own_packs", *PACK_FIELDS, "replaces", "reason")
MAIN_FIELDS = ("starts_on", "supply", "fraction_days", "has_mention", "note")
SINGLE, FRACTIONS = "SINGLE", "FRACTIONS"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _FIGURES


def no_step() -> dict[str, str]:
    return dict.fromkeys(STEP_FIELDS, "")


@dataclass
class TypedLine:
    # By `LINE_FIELDS`.
    fields: dict[str, str] = field(default_factory=lambda: dict.fromkeys(LINE_FIELDS, ""))
    steps: list[dict[str, str]] = field(default_factory=lambda: [no_step()])
    # From a saved line: the form puts each count beside its size.
    own_packs: dict[Pack, int] = field(default_factory=dict)


@dataclass
class Typed:
    main: dict[str, str]
    lines: list[TypedLine] = field(default_factory=lambda: [TypedLine()])

    def flat(self) -> dict[str, str]:
        """The same, under the names of the fields."""
        data = {name: value for name, value in self.main.items() if value}
        data["lines"] = str(len(self.lines))
        for number, line in enumerate(self.lines):
            prefix = f"line-{number}"
            data |= {f"{prefix}-{name}": line.fields[name] for name in LINE_FIELDS}
            data[f"{prefix}-steps"] = str(len(line.steps))
            for place, step in enumerate(line.steps):
                data |= {f"{prefix}-step-{place}-{name}": step[name] for name in STEP_FIELDS}
        return data


def from_fields(data: Mapping[str, object]) -> Typed:
    """Read flat fields; counts that no page sends are cut to what is possible."""

    def text(name: str) -> str:
        value = data.get(name, "")
        return value if isinstance(value, str) else ""

    def count(name: str, most: int) -> int:
        value = text(name)
        return min(max(int(value), 1), most) if _is_count(value) else 1

    lines = [
        TypedLine(
            fields={name: text(f"line-{number}-{name}") for name in LINE_FIELDS},
            steps=[
                {name: text(f"line-{number}-step-{place}-{name}") for name in STEP_FIELDS}
                for place in range(count(f"line-{number}-steps", MAX_STEPS))
            ],
        )
        for number in range(count("lines", MAX_LINES))
    ]
    return Typed({name: text(name) for name in MAIN_FIELDS}, lines)


def from_wanted(wanted: Wanted) -> Typed:
    main = {
        "starts_on": f"{wanted.starts_on:%d/%m/%Y}",
        "supply": FRACTIONS if wanted.fraction_days else SINGLE,
        "fraction_days": str(wanted.fraction_days or ""),
        "has_mention": "on" if wanted.has_mention else "",
        "note": wanted.note,
    }
    return Typed(main, [_line(line) for line in wanted.lines])


def _line(line: WantedLine) -> TypedLine:
    steps = [
        {
            "dose": _number(step.dose),
            "intakes": str(step.intakes_per_day),
            "days": str(step.days),
            "as_needed": "on" if step.as_needed else "",
        }
        for step in line.steps
    ]
    fields = dict.fromkeys(LINE_FIELDS, "") | {
        "product": str(line.product.public_id),
        "instructions": line.instructions,
        "has_own_packs": "on" if line.own_packs else "",
    }
    if line.switch:
        fields |= {"replaces": str(line.switch.product.public_id), "reason": line.switch.reason}
    return TypedLine(fields, steps, own_packs=dict(line.own_packs))


def _number(value: Decimal) -> str:
    return french_number(value).replace("\u202f", "")


def rearranged(typed: Typed, command: str) -> Typed:
    """Add or remove a line or a step, for a page without script.

    :param command: `add-line`, `add-step-0`, `remove-line-1`, `remove-step-0-2`; others do nothing
    """
    verb, _, rest = command.partition("-")
    what, *numbers = rest.split("-")
    places = [int(number) for number in numbers if _is_count(number)]
    if what == "line":
        _rearrange_lines(typed, verb, places)
    elif what == "step" and places and places[0] < len(typed.lines):
        _rearrange_steps(typed.lines[places[0]].steps, verb, places[1:])
    return typed


def _rearrange_lines(typed: Typed, verb: str, places: list[int]) -> None:
    if verb == "add" and len(typed.lines) < MAX_LINES:
        typed.lines.append(TypedLine())
    if verb == "remove" and places and places[0] < len(typed.lines) > 1:
        del typed.lines[places[0]]


def _rearrange_steps(steps: list[dict[str, str]], verb: str, places: list[int]) -> None:
    if verb == "add" and len(steps) < MAX_STEPS:
        steps.append(no_step())
    if verb == "remove" and places and places[0] < len(steps) > 1:
        del steps[places[0]]
