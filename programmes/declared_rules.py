"""The controls that a question may declare, what a code that was published keeps, and the whole.

Pure, as `programmes.declared`. How the controls are applied: `followup.doubts`,
`followup.comparing`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.text import fold
from programmes import declared
from programmes.declared import Around, Entry, Frame, Problem, Wrong, decimal, possible, quoted
from programmes.enums import Comparison, QuestionKind


Rule = Mapping[str, Any]

# The controls of `followup.doubts`, and those that need a number.
OF_NUMBERS = ("usual", "change", "change_percent")
SOFT = (*OF_NUMBERS, "answer")

SUMS = (Comparison.SUM_AT_LEAST, Comparison.SUM_AT_MOST)

ANSWERED_BEFORE = "Ce code a déjà été publié, et des patients y ont répondu peut-être"


def doubted(entry: Entry, around: Around) -> Iterator[Wrong]:  # noqa: ARG001
    """At most one control of each kind: the form has one line for each."""
    rules: Sequence[Rule] = entry.get("soft") or ()
    names = [rule.get("rule") for rule in rules]
    if len(set(names)) < len(names):
        yield "soft_source", "Un seul contrôle de chaque sorte."
    for rule in rules:
        yield from _soft(entry, rule)
        if not rule.get("source"):
            yield "soft_source", "Dites d’où vient ce contrôle, ou que c’est une règle du registre."


def _soft(entry: Entry, rule: Rule) -> Iterator[Wrong]:
    name = rule.get("rule")
    if name not in SOFT:
        yield "soft_source", "Ce contrôle n’existe pas."
    elif name == "answer":
        yield from _confirmed(entry, rule)
    elif entry.get("kind") != QuestionKind.NUMBER:
        yield _FIELDS[name], "Réservé aux nombres."
    elif name == "usual":
        yield from _usual(rule)
    elif (decimal(rule.get("than")) or 0) <= 0:
        yield _FIELDS[name], "L’écart est plus grand que zéro."


# The field of the form that says each control.
_FIELDS = {"usual": "usual_min", "change": "change", "change_percent": "change_percent"}


def _usual(rule: Rule) -> Iterator[Wrong]:
    low, high = decimal(rule.get("min")), decimal(rule.get("max"))
    if low is None or high is None:
        yield "usual_min", "Donnez les deux bornes habituelles, ou aucune."
    elif low > high:
        yield "usual_max", "La plus grande valeur est inférieure à la plus petite."


def _confirmed(entry: Entry, rule: Rule) -> Iterator[Wrong]:
    wanted = [str(one) for one in rule.get("is") or ()]
    unknown = [one for one in wanted if one not in possible(entry)]
    if not possible(entry):
        yield "answer_is", "Réservé aux questions à choix, et aux questions oui ou non."
    elif unknown:
        yield "answer_is", f"{quoted(unknown[0])} n’est pas une réponse de cette question."
    elif not wanted:
        yield "answer_is", "Dites quelles réponses sont à confirmer."
    if not rule.get("message"):
        yield "answer_message", "Dites ce que le médecin doit vérifier."


def compared(entry: Entry, around: Around) -> Iterator[Wrong]:
    """With another question of the same questionnaire, of the same kind."""
    rule: Rule = entry.get("compare") or {}
    if not rule:
        return
    is_sum, limit = rule.get("is") in SUMS, decimal(rule.get("limit"))
    if rule.get("is") not in Comparison.values:
        yield "compare_is", "Choisissez une comparaison."
    yield from _with(entry, around.find(rule.get("with")), is_sum=is_sum)
    if is_sum and limit is None:
        yield "compare_limit", "Donnez la valeur de la somme."
    if not is_sum and limit is not None:
        yield "compare_limit", "Réservé aux sommes."
    if not rule.get("source"):
        yield "compare_source", "Dites d’où vient cette règle, ou que c’est une règle du registre."


def _with(entry: Entry, other: Entry | None, *, is_sum: bool) -> Iterator[Wrong]:
    if other is None or other.get("code") == entry.get("code"):
        yield "compare_with", "Choisissez une autre question de ce questionnaire."
        return
    kinds = {entry.get("kind"), other.get("kind")}
    if kinds != {QuestionKind.NUMBER} and kinds != {QuestionKind.DATE}:
        yield "compare_with", "Deux nombres se comparent, ou deux dates."
    elif is_sum and kinds == {QuestionKind.DATE}:
        yield "compare_is", "Deux dates ne s’additionnent pas."


# --- A code that was published ------------------------------------------------------------------


def kept(entry: Entry, around: Around) -> Iterator[Wrong]:
    """A code keeps what its answers mean: those of the cohort are read together, for ever."""
    found: dict[str, str] = {}
    for past in around.frame.published:
        if past.get("code") == entry.get("code"):
            found |= dict(_reused(entry, past))
    yield from found.items()


def _reused(entry: Entry, past: Entry) -> Iterator[Wrong]:
    again = f"{ANSWERED_BEFORE}\u202f:"
    if entry.get("kind") != past.get("kind"):
        label = QuestionKind(past["kind"]).label.lower()
        yield "kind", f"{again} sa nature reste {quoted(label)}. Prenez un autre code."
    if (entry.get("unit") or "") != (past.get("unit") or ""):
        unit = quoted(past["unit"]) if past.get("unit") else "sans unité"
        yield "unit", f"{again} il reste en {unit}. Prenez un autre code."
    if past.get("instrument") and entry.get("instrument") != past["instrument"]:
        yield "instrument", f"{again} il garde son instrument. Prenez un autre code."
    if past.get("score"):
        for name in ("min", "max"):
            if decimal(entry.get(name)) != decimal(past.get(name)):
                yield name, f"{again} une échelle suivie garde ses bornes. Prenez un autre code."
    yield from _same_answers(entry, past)


def _same_answers(entry: Entry, past: Entry) -> Iterator[Wrong]:
    before = possible(past)
    for value, label in possible(entry).items():
        if value in before and fold(label) != fold(before[value]):
            meant = quoted(before[value])
            yield (
                "choices",
                f"{quoted(value)} a déjà été publié et veut dire {meant}\u202f: donnez un autre "
                "code à une autre réponse.",
            )


CHECKS = (
    declared.named,
    declared.worded,
    declared.measured,
    declared.offered,
    declared.unanswered,
    declared.conditional,
    declared.addressed,
    doubted,
    compared,
    kept,
)


def problems(definition: Sequence[Entry], frame: Frame) -> list[Problem]:
    """Return all that is wrong, in the order of the questions; nothing when it may be published."""
    return declared.problems(definition, frame, CHECKS)
