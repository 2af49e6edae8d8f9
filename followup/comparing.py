"""A rule between two questions of a questionnaire: refused, or asked to be looked at again.

A declaration holds `"compare": {"is": …, "with": code of the other, "source": …}`, and:

- `"is"`: `at_least`, `at_most` the answer to the other; `sum_at_least`, `sum_at_most` with it;
- `"limit": "28"`: of the sum, bound included;
- `"refuses": true`: the answer is refused; else it is doubted, and stands with a reason.

Pure: answers come in, words go out. Nothing is compared while an answer is missing or hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.numbers import french_number
from core.text import uncapitalised
from programmes.enums import Comparison, QuestionKind


if TYPE_CHECKING:
    from followup.items import Item

Rule = Mapping[str, Any]


def refusal(item: "Item", every: Sequence["Item"], answers: Mapping[str, object]) -> str:
    """Why the answer is refused; "" when it is not.

    :param answers: to the questions that stand, as they are stored
    """
    return _unmet(item, every, answers) if item.compare.get("refuses") else ""


def doubt(
    item: "Item", every: Sequence["Item"], answers: Mapping[str, object]
) -> tuple[str, str] | None:
    """What is unusual beside the other answer, and the source of the rule that says so."""
    if item.compare.get("refuses"):
        return None
    message = _unmet(item, every, answers)
    return (message, item.compare["source"]) if message else None


def is_doubtful(item: "Item") -> bool:
    """Whether the item has a rule that asks for a reason."""
    return bool(item.compare) and not item.compare.get("refuses")


def _unmet(item: "Item", every: Iterable["Item"], answers: Mapping[str, object]) -> str:
    other = _other(item, every)
    if other is None:
        return ""
    mine = _measured(item.kind, answers.get(item.code))
    theirs = _measured(other.kind, answers.get(other.code))
    if mine is None or theirs is None or _holds(item.compare, mine, theirs):
        return ""
    return _expected(item, other)


def _other(item: "Item", every: Iterable["Item"]) -> "Item | None":
    wanted = item.compare.get("with")
    return next((one for one in every if one.code == wanted), None) if wanted else None


def _measured(kind: str, value: object) -> Decimal | None:
    """A number, or a date as the number of its day; None for no answer, or a wrong one."""
    if kind == QuestionKind.NUMBER:
        is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return Decimal(str(value)) if is_number else None
    try:
        return Decimal(date.fromisoformat(str(value)).toordinal())
    except ValueError:
        return None


def _holds(rule: Rule, mine: Decimal, theirs: Decimal) -> bool:
    match rule["is"]:
        case Comparison.AT_LEAST:
            return mine >= theirs
        case Comparison.AT_MOST:
            return mine <= theirs
        case Comparison.SUM_AT_LEAST:
            return mine + theirs >= Decimal(rule["limit"])
        case _:
            return mine + theirs <= Decimal(rule["limit"])


def _expected(item: "Item", other: "Item") -> str:
    rule, label = item.compare, f"«\u202f{other.label}\u202f»"
    is_date = item.kind == QuestionKind.DATE
    match rule["is"]:
        case Comparison.AT_LEAST if is_date:
            return f"Date attendue le jour de {label}, ou après."
        case Comparison.AT_MOST if is_date:
            return f"Date attendue le jour de {label}, ou avant."
        case Comparison.AT_LEAST:
            return f"Valeur attendue au moins égale à {label}."
        case Comparison.AT_MOST:
            return f"Valeur attendue au plus égale à {label}."
    word = "au moins" if rule["is"] == Comparison.SUM_AT_LEAST else "au plus"
    limit = french_number(Decimal(rule["limit"]))
    return f"Somme attendue avec {label}\u202f: {word} {limit}."


def watched(
    item: "Item", every: Iterable["Item"], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rule as the page looks at it while one types; none when it refuses.

    :param names: of the fields, by code
    """
    other = _other(item, every)
    if other is None or not is_doubtful(item):
        return []
    rule = item.compare
    limit = float(rule["limit"]) if rule.get("limit") else None
    say = _expected(item, other)
    return [{"compare": rule["is"], "with": names[other.code], "limit": limit, "say": say}]


def rule_in_words(item: "Item", every: Iterable["Item"]) -> str:
    """The rule as the dictionary tells it, with its source; "" for none."""
    other = _other(item, every)
    if other is None:
        return ""
    what = "refus" if item.compare.get("refuses") else "motif demandé"
    expected = uncapitalised(_expected(item, other)).removesuffix(".")
    return f"{what}, sauf\u202f: {expected} – {item.compare['source']}"
