"""What makes a right answer unusual: it is asked to be looked at again, never refused.

A declaration holds `"soft": [{"rule": …, "source": …}]`:

- `{"rule": "change_percent", "than": "10"}`: differs from the last by more than so many percent;
- `{"rule": "change", "than": "4"}`: differs from the last by more than so much;
- `{"rule": "usual", "min": "20", "max": "200"}`: outside the usual bounds, both included;
- `{"rule": "answer", "is": ["YES"], "message": "…"}`: an answer that is to be confirmed.

Pure: answers come in, doubts go out. `source` says of which text the rule is, or that it is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.numbers import french_number
from followup import items
from followup.items import Item


Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Before:
    """The last answer, and the day it was given."""

    value: Any
    on: date


@dataclass(frozen=True)
class Doubt:
    """What is unusual, in French, and the source of the rule that says so."""

    message: str
    source: str


def doubt(item: Item, value: object, before: Before | None = None) -> Doubt | None:
    """The first rule of the item that this answer meets; None when it is usual or missing."""
    for rule in item.soft:
        message = _RULES[rule["rule"]](item, rule, value, before)
        if message:
            return Doubt(message, rule["source"])
    return None


def watched(item: Item, before: Before | None) -> list[dict[str, Any]]:
    """The rules of an item as the page looks at them while one types: bounds, and what to say."""
    was = _number(before.value) if before else None
    found: list[dict[str, Any]] = []
    for rule in item.soft:
        match rule["rule"]:
            case "answer":
                found.append({"is": list(rule["is"]), "say": rule["message"]})
            case "usual":
                found.append(
                    {
                        "min": float(rule["min"]),
                        "max": float(rule["max"]),
                        "say": _unusual(item, rule),
                    }
                )
            case kind if before and was is not None:
                than = Decimal(rule["than"])
                gap = abs(was) * than / 100 if kind == "change_percent" else than
                say = (_far if kind == "change_percent" else _moved)(item, rule, before)
                found.append({"min": float(was - gap), "max": float(was + gap), "say": say})
    return found


def _number(value: object) -> Decimal | None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None


def _percent(item: Item, rule: Rule, value: object, before: Before | None) -> str:
    now, was = _number(value), _number(before.value) if before else None
    if before is None or not now or not was:
        return ""
    if abs(now - was) * 100 <= abs(was) * Decimal(rule["than"]):
        return ""
    return _far(item, rule, before)


def _change(item: Item, rule: Rule, value: object, before: Before | None) -> str:
    now, was = _number(value), _number(before.value) if before else None
    if before is None or now is None or was is None or abs(now - was) <= Decimal(rule["than"]):
        return ""
    return _moved(item, rule, before)


def _usual(item: Item, rule: Rule, value: object, before: Before | None) -> str:  # noqa: ARG001
    now = _number(value)
    if now is None or Decimal(rule["min"]) <= now <= Decimal(rule["max"]):
        return ""
    return _unusual(item, rule)


def _answer(item: Item, rule: Rule, value: object, before: Before | None) -> str:  # noqa: ARG001
    given = value if isinstance(value, list) else [items.typed(item, value)]
    return rule["message"] if set(map(str, given)) & set(rule["is"]) else ""


_RULES = {"change_percent": _percent, "change": _change, "usual": _usual, "answer": _answer}


def _far(item: Item, rule: Rule, before: Before) -> str:
    return f"Plus de {rule['than']}\u202f% d’écart avec {_told(item, before)}."


def _moved(item: Item, rule: Rule, before: Before) -> str:
    return f"Plus de {rule['than']} points d’écart avec {_told(item, before)}."


def _unusual(item: Item, rule: Rule) -> str:
    low, high = (french_number(Decimal(rule[bound])) for bound in ("min", "max"))
    return f"Valeur inhabituelle, d’ordinaire de {low} à {high} {item.unit}".rstrip() + "."


def _told(item: Item, before: Before) -> str:
    return f"la dernière valeur ({items.in_words(item, before.value)}, le {before.on:%d/%m/%Y})"


def rule_in_words(rule: Rule) -> str:
    """A rule as the dictionary tells it, with its source."""
    match rule["rule"]:
        case "change_percent":
            words = f"plus de {rule['than']}\u202f% d’écart avec la dernière valeur"
        case "change":
            words = f"plus de {rule['than']} points d’écart avec la dernière valeur"
        case "usual":
            words = f"en dehors de {rule['min']} à {rule['max']}"
        case _:
            words = f"réponse {', '.join(rule['is'])}"
    return f"motif demandé\u202f: {words} – {rule['source']}"
