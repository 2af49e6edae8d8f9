"""A question between the form and the definition, both ways. Nothing is lost on the way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.text import fold
from programmes import redrafted
from programmes.declared import NO, YES, Entry, possible
from programmes.enums import Comparison


Typed = Mapping[str, Any]

COMPARISONS = [
    ("", "Sans comparaison"),
    (Comparison.AT_LEAST.value, "Au moins égale à l’autre"),
    (Comparison.AT_MOST.value, "Au plus égale à l’autre"),
    (Comparison.SUM_AT_LEAST.value, "Somme des deux, au moins"),
    (Comparison.SUM_AT_MOST.value, "Somme des deux, au plus"),
]

# Parts of a question that the form holds as they are.
_PLAIN = (
    "label", "kind", "unit", "min", "max", "decimals", "score", "help", "required", "missing",
    "visits", "sex", "by_patient", "instrument",
)  # fmt: skip
# The length of a code that is made of a label.
_CODE_LENGTH = 30


def before(definition: Sequence[Entry], code: str) -> list[Entry]:
    """The questions before that one; all of them for one that is added."""
    codes = [one["code"] for one in definition]
    return list(definition[: codes.index(code)] if code in codes else definition)


def answers_of(code: str) -> str:
    """The field that holds the answers of another question."""
    return f"shown_for_{code}"


# --- From the form to the definition -----------------------------------------------------------


def entry(data: Typed, was: Entry | None) -> dict[str, Any]:
    """:param was: the question before, whose code and criterion stay"""
    kept = was or {}
    found = {name: data.get(name) for name in _PLAIN}
    found["code"] = kept.get("code") or data.get("code")
    found["criterion"] = kept.get("criterion")
    found["choices"] = choices(data.get("choices") or "")
    found["shown_if"] = _shown_if(data)
    found["soft"] = list(_soft(data, found))
    found["compare"] = _compare(data)
    return redrafted.plain(found)


def choices(text: str) -> list[list[str]]:
    """Lines «code = libellé»; a label alone makes its own code."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        value, told, label = line.partition("=")
        code = fold(line).replace(" ", "_")[:_CODE_LENGTH]
        found.append([value.strip(), label.strip()] if told else [code, line])
    return found


def _shown_if(data: Typed) -> dict[str, Any]:
    code = data.get("shown_by")
    return {"code": code, "value": data.get(answers_of(code)) or []} if code else {}


def _soft(data: Typed, found: Entry) -> Iterator[dict[str, Any]]:
    source = {"source": data.get("soft_source") or ""}
    low, high = data.get("usual_min"), data.get("usual_max")
    if low is not None or high is not None:
        yield {"rule": "usual", "min": _spelled(low), "max": _spelled(high)} | source
    for name in ("change", "change_percent"):
        if (than := data.get(name)) is not None:
            yield {"rule": name, "than": _spelled(than)} | source
    wanted, message = data.get("answer_is") or "", data.get("answer_message") or ""
    if wanted or message:
        is_ = answers(wanted, found)
        yield {"rule": "answer", "is": is_, "message": message} | source


def _spelled(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def answers(text: str, found: Entry) -> list[str]:
    """Codes, of codes or of labels; what is neither stays as it was typed."""
    by_words = {fold(label): value for value, label in possible(found).items()}
    typed = filter(None, (one.strip() for one in re.split(r"[,;\n]", text)))
    return [by_words.get(fold(one), one) for one in typed]


def _compare(data: Typed) -> dict[str, Any]:
    if not data.get("compare_is"):
        return {}
    found = {
        "is": data["compare_is"],
        "with": data.get("compare_with") or "",
        "limit": _spelled(data.get("compare_limit")),
        "refuses": data.get("compare_refuses") == "refuse",
        "source": data.get("compare_source") or "",
    }
    return {name: value for name, value in found.items() if value}


# --- From the definition to the form -----------------------------------------------------------


def initial(found: Entry) -> dict[str, Any]:
    """What the fields show of a question."""
    shown: dict[str, Any] = {name: found.get(name) for name in _PLAIN}
    shown["code"] = found.get("code")
    for name in ("min", "max"):
        shown[name] = _number(found.get(name))
    lines = [f"{value} = {label}" for value, label in found.get("choices") or ()]
    shown["choices"] = "\n".join(lines)
    if condition := redrafted.plain(found).get("shown_if"):
        shown["shown_by"] = condition["code"]
        shown[answers_of(condition["code"])] = condition["value"]
    for rule in found.get("soft") or ():
        shown |= _of_rule(rule)
    return shown | _of_comparison(found.get("compare") or {})


def _number(value: object) -> Decimal | None:
    return None if value in {None, ""} else Decimal(str(value))


def _of_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"soft_source": rule.get("source")}
    match rule["rule"]:
        case "usual":
            shown["usual_min"], shown["usual_max"] = _number(rule["min"]), _number(rule["max"])
        case "answer":
            words = {YES: "oui", NO: "non"}
            shown["answer_is"] = ", ".join(words.get(one, one) for one in rule["is"])
            shown["answer_message"] = rule["message"]
        case name:
            shown[name] = _number(rule["than"])
    return shown


def _of_comparison(rule: Mapping[str, Any]) -> dict[str, Any]:
    if not rule:
        return {}
    return {
        "compare_is": rule["is"],
        "compare_with": rule["with"],
        "compare_limit": _number(rule.get("limit")),
        "compare_refuses": "refuse" if rule.get("refuses") else "ask",
        "compare_source": rule["source"],
    }
